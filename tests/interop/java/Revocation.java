import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * Validates certificate paths with CRLs: a line of chain, root, CRLs and how many seconds later to ask, with tabs
 * between, in; one line out.
 */
public final class Revocation {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] files = line.split("\t");
            System.out.println(ask(files[0], files[1], files[2], Long.parseLong(files[3])).replaceAll("\\s+", " "));
        }
    }

    private static String ask(String chain, String root, String crls, long later) throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        try (InputStream path = open(chain); InputStream anchor = open(root); InputStream lists = open(crls)) {
            var parameters = new PKIXParameters(
                    Set.of(new TrustAnchor((X509Certificate) factory.generateCertificate(anchor), null)));
            var store = new CollectionCertStoreParameters(factory.generateCRLs(lists));
            parameters.addCertStore(CertStore.getInstance("Collection", store));
            parameters.setRevocationEnabled(true);
            parameters.setDate(Date.from(Instant.now().plusSeconds(later)));
            var certificates = factory.generateCertPath(List.copyOf(factory.generateCertificates(path)));
            CertPathValidator.getInstance("PKIX").validate(certificates, parameters);
            return "accepted";
        } catch (java.security.cert.CertPathValidatorException error) {
            return error.toString();
        }
    }

    private static InputStream open(String file) throws Exception {
        return Files.newInputStream(Path.of(file));
    }
}
