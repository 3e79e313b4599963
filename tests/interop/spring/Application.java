import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Spring Boot servers that greet their clients by the names in their certificates: a file of properties for each; prints the
 * ports in one line.
 */
@EnableAutoConfiguration
@RestController
public class Application {
    public static void main(String[] files) {
        List<String> ports = new ArrayList<>();
        for (String file : files) {
            var context = SpringApplication.run(Application.class, "--spring.config.location=file:" + file);
            ports.add(context.getEnvironment().getProperty("local.server.port"));
        }
        System.out.println("listening on " + String.join(" ", ports));
    }

    @GetMapping("/")
    String greet(HttpServletRequest request) {
        var chain = (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
        return "hello " + (chain == null ? "stranger" : chain[0].getSubjectX500Principal()) + "\n";
    }
}
