package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"time"
)

// expectations is what is needed here of the document of that name; its paths are relative to it.
type expectations struct {
	Cases []struct {
		ID        string  `json:"id"`
		Purpose   string  `json:"purpose"`
		Name      *string `json:"name"`
		At        string  `json:"at"`
		Anchor    string  `json:"anchor"`
		Fullchain string  `json:"fullchain"`
	} `json:"cases"`
}

// testPKI verifies every case of a test PKI as a client or a server does who was presented its chain.
func testPKI(file string, out io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var document expectations
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	dir := filepath.Dir(file)
	for _, c := range document.Cases {
		a := answer{ID: c.ID, Trusted: true}
		at, err := time.Parse(time.RFC3339, c.At)
		if err != nil {
			return err
		}
		options := x509.VerifyOptions{CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{usages[c.Purpose]}}
		if c.Name != nil && c.Purpose == "server" {
			options.DNSName = *c.Name
		}
		if err := verifyPresented(filepath.Join(dir, c.Fullchain), filepath.Join(dir, c.Anchor), options); err != nil {
			a.Trusted, a.Why = false, err.Error()
		}
		if err := json.NewEncoder(out).Encode(a); err != nil {
			return err
		}
	}
	return nil
}

func verifyPresented(chain, anchor string, options x509.VerifyOptions) error {
	text, err := os.ReadFile(chain)
	if err != nil {
		return err
	}
	var presented []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		presented = append(presented, certificate)
	}
	if options.Roots, err = pool(anchor); err != nil {
		return err
	}
	options.Intermediates = x509.NewCertPool()
	for _, certificate := range presented[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err = presented[0].Verify(options)
	return err
}
