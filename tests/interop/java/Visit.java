import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/**
 * Fetches / from servers on the loopback interface: lines of port, host, type of both stores, keystore or "-", truststore and
 * password, with tabs between, in; for each one line out, the answer or what went wrong.
 */
public final class Visit {
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
            var context = Stores.context(visit[2], visit[3], visit[4], visit[5]);
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
}
