import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * HTTPS servers that greet their clients by the names in their certificates: the password of all stores, then for each server
 * the type of its stores, its keystore and its truststore; prints the ports in one line.
 */
public final class Serve {
    public static void main(String[] arguments) throws Exception {
        List<String> ports = new ArrayList<>();
        for (int next = 1; next < arguments.length; next += 3) {
            var context = Stores.context(arguments[next], arguments[next + 1], arguments[next + 2], arguments[0]);
            ports.add(Integer.toString(start(context)));
        }
        System.out.println("listening on " + String.join(" ", ports));
    }

    private static int start(SSLContext context) throws Exception {
        var server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var tls = getSSLContext().getDefaultSSLParameters();
                tls.setNeedClientAuth(true);
                parameters.setSSLParameters(tls);
            }
        });
        server.createContext("/", exchange -> {
            byte[] greeting = ("hello " + name((HttpsExchange) exchange) + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, greeting.length);
            try (var body = exchange.getResponseBody()) {
                body.write(greeting);
            }
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        return server.getAddress().getPort();
    }

    private static String name(HttpsExchange exchange) {
        try {
            return exchange.getSSLSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException error) {
            return "stranger";
        }
    }
}
