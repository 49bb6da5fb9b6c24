"""The words of SSSOM that files of mappings may use."""

from __future__ import annotations

NOT = "Not"
EXACT = "skos:exactMatch"
SAME = "schema:sameAs"
PREDICATES = (
    SAME,
    EXACT,
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
)
BY_HAND = "semapv:ManualMappingCuration"
BY_KEY = "semapv:BackgroundKnowledgeBasedMatching"
BY_LABEL = "semapv:LexicalMatching"
JUSTIFICATIONS = (
    BY_HAND,
    BY_KEY,
    BY_LABEL,
    "semapv:CompositeMatching",
    "semapv:InstanceBasedMatching",
    "semapv:LexicalSimilarityThresholdMatching",
    "semapv:LogicalReasoning",
    "semapv:MappingChaining",
    "semapv:MappingInversion",
    "semapv:MappingReview",
    "semapv:SemanticSimilarityThresholdMatching",
    "semapv:StructuralMatching",
    "semapv:UnspecifiedMatching",
)
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "author_id",
    "author_label",
    "reviewer_id",
    "reviewer_label",
    "subject_source",
    "subject_source_version",
    "object_source",
    "object_source_version",
    "mapping_tool",
    "mapping_date",
    "confidence",
    "subject_match_field",
    "object_match_field",
    "match_string",
    "see_also",
    "comment",
)
"""Those columns of SSSOM that are used here, in SSSOM's order."""
REQUIRED = (
    "subject_id",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "mapping_justification",
)
REQUIRED_OF_SET = ("mapping_set_id", "mapping_set_version", "license")
BUILT_IN = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
}
