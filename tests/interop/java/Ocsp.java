import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Validates a path, asking an OCSP responder about its first certificate only: chain, root, URL. */
public final class Ocsp {
    public static void main(String[] arguments) throws Exception {
        var factory = CertificateFactory.getInstance("X.509");
        try (InputStream path = Files.newInputStream(Path.of(arguments[0]));
                InputStream anchor = Files.newInputStream(Path.of(arguments[1]))) {
            var parameters = new PKIXParameters(
                    Set.of(new TrustAnchor((X509Certificate) factory.generateCertificate(anchor), null)));
            var validator = CertPathValidator.getInstance("PKIX");
            var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOcspResponder(URI.create(arguments[2]));
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK,
                    PKIXRevocationChecker.Option.ONLY_END_ENTITY));
            parameters.addCertPathChecker(checker);
            validator.validate(factory.generateCertPath(List.copyOf(factory.generateCertificates(path))), parameters);
            System.out.println("accepted");
        } catch (CertPathValidatorException error) {
            System.out.println(error);
        }
    }
}
