import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/**
 * Judges the cases of a test PKI as a TLS client or server of the JDK does: a line of id, purpose, chain, anchor, CRLs and
 * name, with tabs between and "-" for what there is none of, in; one JSON object a line out.
 */
public final class TestPki {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t");
            String why = ask(question[1], question[2], question[3], question[4], question[5]);
            System.out.printf("{\"id\":\"%s\",\"trusted\":%s,\"why\":\"%s\"}%n",
                    question[0], why.isEmpty(), why.replaceAll("[\\\\\"\\p{Cntrl}]", "'"));
        }
    }

    private static String ask(String purpose, String chain, String anchor, String crls, String name) {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            var presented = certificates(factory, chain);
            var trusted = Set.of(new TrustAnchor(certificates(factory, anchor)[0], null));
            var parameters = new PKIXBuilderParameters(trusted, new X509CertSelector());
            parameters.setRevocationEnabled(!crls.equals("-"));
            if (!crls.equals("-")) {
                try (InputStream in = Files.newInputStream(Path.of(crls))) {
                    var store = new CollectionCertStoreParameters(factory.generateCRLs(in));
                    parameters.addCertStore(CertStore.getInstance("Collection", store));
                }
            }
            if (purpose.equals("email")) {
                // No trust manager is for mail: the path alone.
                var path = factory.generateCertPath(Arrays.asList(presented));
                CertPathValidator.getInstance("PKIX").validate(path, parameters);
                return "";
            }
            var managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(new CertPathTrustManagerParameters(parameters));
            var manager = (X509TrustManager) managers.getTrustManagers()[0];
            // The key exchange of TLS 1.3.
            if (purpose.equals("client")) {
                manager.checkClientTrusted(presented, "UNKNOWN");
            } else {
                manager.checkServerTrusted(presented, "UNKNOWN");
                HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(name, presented[0]);
            }
            return "";
        } catch (Exception error) {
            return error.toString();
        }
    }

    private static X509Certificate[] certificates(CertificateFactory factory, String file) throws Exception {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return factory.generateCertificates(in).toArray(X509Certificate[]::new);
        }
    }
}
