import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Asks the default trust manager, as TLS clients do, about chains: each line has an id, a file with the chain, a file with anchors. */
public final class Trust {
    public static void main(String[] arguments) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t");
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            try (InputStream in = new FileInputStream(fields[2])) {
                int number = 0;
                for (Certificate anchor : factory.generateCertificates(in)) {
                    anchors.setCertificateEntry("anchor" + number++, anchor);
                }
            }
            X509Certificate[] chain;
            try (InputStream in = new FileInputStream(fields[1])) {
                chain = factory.generateCertificates(in).toArray(new X509Certificate[0]);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
            managers.init(anchors);
            String why = "";
            for (TrustManager manager : managers.getTrustManagers()) {
                try {
                    ((X509TrustManager) manager).checkServerTrusted(chain, "ECDHE_ECDSA");
                } catch (java.security.cert.CertificateException refused) {
                    why = refused.toString().replace("\\", "/").replace("\"", "'").replace("\n", " ");
                }
            }
            System.out.println("{\"id\": \"" + fields[0] + "\", \"trusted\": " + why.isEmpty() + ", \"why\": \"" + why + "\"}");
        }
    }
}
