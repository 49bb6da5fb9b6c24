import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Answers a query file over a data file with Apache Jena: rows as TSV, or triples.
 *
 * <p>Jena's classes are looked up by name when it runs, so that a compiler older than they are will
 * do, and none of them is needed to compile.
 */
public final class Jena {
  private Jena() {}

  public static void main(String[] arguments) throws ReflectiveOperationException {
    try {
      answer(arguments[0], arguments[1], System.out);
    } catch (InvocationTargetException failed) {
      System.err.println(failed.getCause());
      System.exit(1);
    }
  }

  private static void answer(String data, String query, OutputStream output)
      throws ReflectiveOperationException {
    Object dataset = call("riot.RDFDataMgr", "loadDataset", null, data);
    Object asked = call("query.QueryFactory", "read", null, query);
    Object execution = call("query.QueryExecution", "create", null, asked, dataset);
    if ((boolean) call("query.Query", "isConstructType", asked)) {
      Object lines = named("riot.Lang").getField("NTRIPLES").get(null);
      Object triples = call("query.QueryExecution", "execConstruct", execution);
      call("riot.RDFDataMgr", "write", null, output, triples, lines);
    } else {
      Object rows = call("query.QueryExecution", "execSelect", execution);
      call("query.ResultSetFormatter", "outputAsTSV", null, output, rows);
    }
  }

  private static Object call(String type, String name, Object on, Object... given)
      throws ReflectiveOperationException {
    for (Method method : named(type).getMethods()) {
      if (method.getName().equals(name) && takes(method, given)) {
        return method.invoke(on, given);
      }
    }
    throw new NoSuchMethodException(type + "." + name);
  }

  private static boolean takes(Method method, Object[] given) {
    Class<?>[] types = method.getParameterTypes();
    boolean fits = types.length == given.length;
    for (int at = 0; fits && at < given.length; at++) {
      fits = types[at].isInstance(given[at]);
    }
    return fits;
  }

  private static Class<?> named(String name) throws ClassNotFoundException {
    return Class.forName("org.apache.jena." + name);
  }
}
