// Judges exported files as the programs of a Kubernetes cluster do. The first argument says which:
//
//	objects FILE…           decodes Kubernetes, cert-manager and Envoy objects strictly; prints them as JSON
//	issuer DIR              what cert-manager's CA issuer wants of its Secret
//	istio DIR               what istiod wants of the Secret cacerts
//	linkerd DIR             what Linkerd's control plane wants of its identity issuer
//
// The exit status is 1 and standard error says why where something is not as it should be.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	envoycore "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	envoytls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: manifests objects FILE… | issuer DIR | istio DIR | linkerd DIR")
	}
	switch what, arguments := os.Args[1], os.Args[2:]; what {
	case "objects":
		for _, file := range arguments {
			printObject(file)
		}
	case "issuer":
		secret := readSecret(filepath.Join(arguments[0], "secret.yaml"))
		expect(secret.Type == core.SecretTypeTLS, "the type is %s", secret.Type)
		chain := certificates(secret.Data[core.TLSCertKey])
		root := chain[len(chain)-1]
		expect(bytes.Equal(root.RawIssuer, root.RawSubject), "the chain ends below the root")
		inOrder(chain)
		signs(secret.Data[core.TLSCertKey], secret.Data[core.TLSPrivateKeyKey], []*x509.Certificate{root})
	case "istio":
		istio(arguments[0])
	case "linkerd":
		linkerd(arguments[0])
	default:
		fail("unknown: %s", what)
	}
}

// istio checks what istiod does with the Secret: the certificate verifies through cert-chain.pem to root-cert.pem, the key is
// that of ca-cert.pem, and it signs workloads.
func istio(dir string) {
	secret := readSecret(filepath.Join(dir, "cacerts.yaml"))
	expect(secret.Name == "cacerts" && secret.Namespace == "istio-system", "it is %s/%s", secret.Namespace, secret.Name)
	for name, value := range secret.Data {
		file, err := os.ReadFile(filepath.Join(dir, name))
		check(err)
		expect(bytes.Equal(file, value), "%s differs from the Secret", name)
	}
	expect(len(secret.Data) == 4, "%d entries", len(secret.Data))
	own := certificates(secret.Data["ca-cert.pem"])
	expect(len(own) == 1, "%d certificates in ca-cert.pem", len(own))
	chain := certificates(secret.Data["cert-chain.pem"])
	expect(chain[0].Equal(own[0]), "cert-chain.pem does not begin with ca-cert.pem")
	inOrder(chain)
	roots := certificates(secret.Data["root-cert.pem"])
	signs(secret.Data["cert-chain.pem"], secret.Data["ca-key.pem"], roots)
}

// linkerd checks what the control plane does: an ECDSA P-256 issuer signed with ECDSA and SHA-256, a SEC1 key, a chain to the
// anchors.
func linkerd(dir string) {
	secret := readSecret(filepath.Join(dir, "linkerd-identity-issuer.yaml"))
	expect(secret.Name == "linkerd-identity-issuer" && secret.Namespace == "linkerd", "it is %s/%s", secret.Namespace, secret.Name)
	expect(secret.Type == core.SecretTypeTLS, "the type is %s", secret.Type)
	for name, entry := range map[string]string{"ca.crt": "ca.crt", "issuer.crt": "tls.crt", "issuer.key": "tls.key"} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		check(err)
		expect(bytes.Equal(file, secret.Data[entry]), "%s differs from the Secret", name)
	}
	block, _ := pem.Decode(secret.Data["tls.key"])
	expect(block != nil && block.Type == "EC PRIVATE KEY", "the key is no EC PRIVATE KEY")
	issuer := certificates(secret.Data["tls.crt"])[0]
	key, ok := issuer.PublicKey.(*ecdsa.PublicKey)
	expect(ok && key.Curve == elliptic.P256(), "the issuer's key is not of P-256")
	expect(issuer.SignatureAlgorithm == x509.ECDSAWithSHA256, "the issuer is signed with %s", issuer.SignatureAlgorithm)
	expect(issuer.Subject.CommonName == "identity.linkerd.cluster.local", "its name is %s", issuer.Subject.CommonName)
	signs(secret.Data["tls.crt"], secret.Data["tls.key"], certificates(secret.Data["ca.crt"]))
}

// signs uses a CA's chain and key for what they are for: a workload's certificate, which has to verify.
func signs(chainPEM, keyPEM []byte, roots []*x509.Certificate) {
	pair, err := tls.X509KeyPair(chainPEM, keyPEM)
	check(err)
	issuer := certificates(chainPEM)[0]
	expect(issuer.IsCA && issuer.KeyUsage&x509.KeyUsageCertSign != 0, "it is no CA")
	workload, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "workload"},
		DNSNames:     []string{"workload.corp.test"},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, workload.Public(), pair.PrivateKey)
	check(err)
	leaf, err := x509.ParseCertificate(der)
	check(err)
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), DNSName: "workload.corp.test"}
	for _, root := range roots {
		options.Roots.AddCert(root)
	}
	for _, certificate := range certificates(chainPEM) {
		options.Intermediates.AddCert(certificate)
	}
	_, err = leaf.Verify(options)
	check(err)
}

func printObject(file string) {
	text, err := os.ReadFile(file)
	check(err)
	var kind meta.TypeMeta
	check(yaml.Unmarshal(text, &kind))
	var object any
	var name meta.Object
	switch kind.APIVersion + " " + kind.Kind {
	case "v1 Secret":
		secret := &core.Secret{}
		object, name = secret, secret
	case "v1 ConfigMap":
		configMap := &core.ConfigMap{}
		object, name = configMap, configMap
	case "cert-manager.io/v1 Issuer":
		issuer := &certmanager.Issuer{}
		object, name = issuer, issuer
	case "cert-manager.io/v1 ClusterIssuer":
		issuer := &certmanager.ClusterIssuer{}
		object, name = issuer, issuer
	case " ":
		printEnvoy(text)
		return
	default:
		fail("%s: unknown kind %s %s", file, kind.APIVersion, kind.Kind)
	}
	check(yaml.UnmarshalStrict(text, object))
	expect(len(validation.IsDNS1123Subdomain(name.GetName())) == 0, "%s: the name %q", file, name.GetName())
	out, err := json.Marshal(object)
	check(err)
	fmt.Println(string(out))
}

// printEnvoy decodes the resource of an SDS file, or the transport socket of a listener or cluster, with Envoy's own messages and their validation rules.
func printEnvoy(text []byte) {
	var response struct {
		Resources       []map[string]any `json:"resources"`
		TransportSocket map[string]any   `json:"transport_socket"`
	}
	check(yaml.UnmarshalStrict(text, &response))
	if response.TransportSocket != nil {
		socket := &envoycore.TransportSocket{}
		decodeEnvoy(response.TransportSocket, socket)
		context, err := socket.GetTypedConfig().UnmarshalNew()
		check(err)
		check(context.(validated).ValidateAll())
		return
	}
	expect(len(response.Resources) == 1, "%d resources", len(response.Resources))
	resource := response.Resources[0]
	expect(resource["@type"] == "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "%v", resource["@type"])
	delete(resource, "@type")
	decodeEnvoy(resource, &envoytls.Secret{})
}

func certificates(text []byte) []*x509.Certificate {
	var all []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		expect(block.Type == "CERTIFICATE", "a block %s", block.Type)
		certificate, err := x509.ParseCertificate(block.Bytes)
		check(err)
		all = append(all, certificate)
	}
	expect(len(all) > 0, "no certificate")
	return all
}

func inOrder(chain []*x509.Certificate) {
	for index := range chain[1:] {
		check(chain[index].CheckSignatureFrom(chain[index+1]))
	}
}

func readSecret(file string) *core.Secret {
	text, err := os.ReadFile(file)
	check(err)
	secret := &core.Secret{}
	check(yaml.UnmarshalStrict(text, secret))
	expect(secret.Kind == "Secret" && secret.APIVersion == "v1", "%s %s", secret.APIVersion, secret.Kind)
	return secret
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func expect(holds bool, format string, arguments ...any) {
	if !holds {
		fail(format, arguments...)
	}
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}

type validated interface {
	proto.Message
	ValidateAll() error
}

func decodeEnvoy(resource map[string]any, message validated) {
	text, err := json.Marshal(resource)
	check(err)
	check(protojson.Unmarshal(text, message))
	check(message.ValidateAll())
	fmt.Println(protojson.Format(message))
}
