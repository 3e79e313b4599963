import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/**
 * Judges the chains of servers as a TLS client does: a line of id, certificate, intermediate, root and host, with tabs
 * between, in; one JSON object a line out.
 */
public final class Judge {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t");
            String why = ask(question[1], question[2], question[3], question[4]);
            System.out.printf("{\"id\":\"%s\",\"trusted\":%s,\"why\":\"%s\"}%n",
                    question[0], why.isEmpty(), why.replaceAll("[\\\\\"\\p{Cntrl}]", "'"));
        }
    }

    private static String ask(String leaf, String intermediate, String root, String host) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("root", load(root));
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            var manager = (X509TrustManager) factory.getTrustManagers()[0];
            X509Certificate[] chain = {load(leaf), load(intermediate)};
            // As TLS 1.3 asks: its cipher suites say nothing about the key.
            manager.checkServerTrusted(chain, "UNKNOWN");
            HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(host, chain[0]);
            return "";
        } catch (Exception error) {
            return error.toString();
        }
    }

    private static X509Certificate load(String file) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
