import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Fetches / from servers on the loopback interface: lines of port, host, type of both stores, keystore or "-", truststore and
 * password, with tabs between, in; for each one line out, the answer or what went wrong.
 */
public final class Visit {
    private static final Map<List<String>, SSLContext> CONTEXTS = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] visit = line.split("\t");
            System.out.println(fetch(visit).replaceAll("\\s+", " "));
        }
    }

    private static String fetch(String[] visit) {
        String host = visit[1];
        try (var plain = new Socket()) {
            var context = context(visit);
            plain.setSoTimeout(20_000);
            plain.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(visit[0])));
            try (var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true)) {
                var parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                String request = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (Exception error) {
            return error.toString();
        }
    }

    /** Opens the same stores once only, since a keystore is slow to open by intent. */
    private static SSLContext context(String[] visit) throws Exception {
        var stores = List.of(visit).subList(2, 6);
        var context = CONTEXTS.get(stores);
        if (context == null) {
            context = Stores.context(visit[2], visit[3], visit[4], visit[5]);
            CONTEXTS.put(stores, context);
        }
        return context;
    }
}
