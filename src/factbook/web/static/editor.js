// Turns the field for a query into an editor that colours it and completes terms of the book.
"use strict";
(async () => {
  const field = document.getElementById("query");
  const form = field.form;
  const terms = await (await fetch(field.dataset.terms)).json();
  const offer = (kind, name, get) =>
    Yasqe.forkAutocompleter(kind, { name, get, bulk: true, autoShow: true, persistenceId: null }, false);
  offer("prefixes", "own-prefixes", terms.prefixes.map(([name, iri]) => `${name}: <${iri}>`));
  offer("property", "own-properties", terms.properties);
  offer("class", "own-classes", terms.classes);
  const place = document.createElement("div");
  field.after(place);
  const ask = () => form.requestSubmit();
  const editor = new Yasqe(place, {
    value: field.value,
    autocompleters: ["own-prefixes", "own-properties", "own-classes", "variables"],
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "18rem",
    extraKeys: { "Ctrl-Enter": ask, "Cmd-Enter": ask, "Ctrl-S": () => {}, Tab: false, "Shift-Tab": false },
  });
  editor.getInputField().setAttribute("aria-label", "Query");
  editor.getInputField().setAttribute("autocomplete", "off");
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (field.hasAttribute(name)) editor.getInputField().setAttribute(name, field.getAttribute(name));
  }
  field.hidden = true;
  form.addEventListener("submit", () => { field.value = editor.getValue(); });
})();
