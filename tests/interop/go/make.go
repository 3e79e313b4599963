package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authorities writes NAME.crt and NAME.key of root authorities: the key as SEC 1, PKCS#1 and PKCS#8.
func authorities(directory string) error {
	elliptic384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return err
	}
	sec1, err := x509.MarshalECPrivateKey(elliptic384)
	if err != nil {
		return err
	}
	rsa2048, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(edwards)
	if err != nil {
		return err
	}
	for _, authority := range []struct {
		name string
		key  crypto.Signer
		kind string
		der  []byte
	}{
		{"sec1", elliptic384, "EC PRIVATE KEY", sec1},
		{"pkcs1", rsa2048, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsa2048)},
		{"pkcs8", edwards, "PRIVATE KEY", pkcs8},
	} {
		template := x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()),
			// Two units in one set, as Go writes what it is given in one list.
			Subject: pkix.Name{
				Country:            []string{"DE"},
				Organization:       []string{"Corp & Söhne"},
				OrganizationalUnit: []string{"Security", "Platform"},
				CommonName:         "Go root " + authority.name,
				SerialNumber:       "42",
			},
			NotBefore:             time.Now().Add(-time.Hour),
			NotAfter:              time.Now().AddDate(10, 0, 0),
			IsCA:                  true,
			BasicConstraintsValid: true,
			KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
		der, err := x509.CreateCertificate(rand.Reader, &template, &template, authority.key.Public(), authority.key)
		if err != nil {
			return err
		}
		if err := write(directory, authority.name+".crt", "CERTIFICATE", der); err != nil {
			return err
		}
		if err := write(directory, authority.name+".key", authority.kind, authority.der); err != nil {
			return err
		}
	}
	return nil
}

// requests writes NAME.csr of several keys and signatures.
func requests(directory string) error {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return err
	}
	rsa2048, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	for _, request := range []struct {
		name      string
		key       crypto.Signer
		algorithm x509.SignatureAlgorithm
	}{
		{"p256-sha512", p256, x509.ECDSAWithSHA512},
		{"p521-sha256", p521, x509.ECDSAWithSHA256},
		{"rsa-sha384", rsa2048, x509.SHA384WithRSA},
		{"rsa-pss", rsa2048, x509.SHA256WithRSAPSS},
		{"ed25519", edwards, x509.PureEd25519},
	} {
		template := x509.CertificateRequest{
			Subject:            pkix.Name{CommonName: "go.corp.test", Organization: []string{"Corp"}},
			DNSNames:           []string{"go.corp.test", "go-alt.corp.test"},
			IPAddresses:        []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
			SignatureAlgorithm: request.algorithm,
			ExtraExtensions: []pkix.Extension{
				// The TLS feature "status_request", which no profile of ours grants.
				{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5}},
			},
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &template, request.key)
		if err != nil {
			return err
		}
		if err := write(directory, request.name+".csr", "CERTIFICATE REQUEST", der); err != nil {
			return err
		}
	}
	return nil
}

func write(directory, name, kind string, der []byte) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	return os.WriteFile(filepath.Join(directory, name), text, 0o600)
}
