package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// party names the PEM files of one side's certificate, with its issuers behind it, and its key.
type party struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// visit is a request for / from a server on the loopback interface; without a party no certificate is shown.
type visit struct {
	Port  int    `json:"port"`
	Host  string `json:"host"`
	CA    string `json:"ca"`
	Party *party `json:"party"`
}

// serve greets clients of an authority by the names in their certificates.
func serve(ca string, own party, out io.Writer) error {
	anchors, err := pool(ca)
	if err != nil {
		return err
	}
	certificate, err := tls.LoadX509KeyPair(own.Cert, own.Key)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			fmt.Fprintf(w, "hello %s\n", request.TLS.PeerCertificates[0].Subject.CommonName)
		}),
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{certificate},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    anchors,
		},
		ErrorLog: log.New(os.Stderr, "", 0),
	}
	fmt.Fprintf(out, "listening on %d\n", listener.Addr().(*net.TCPAddr).Port)
	return server.ServeTLS(listener, "", "")
}

// visits makes a JSON array of visits; for each one line out, the page or what went wrong.
func visits(in io.Reader, out io.Writer) error {
	var all []visit
	if err := json.NewDecoder(in).Decode(&all); err != nil {
		return err
	}
	for _, v := range all {
		said, err := v.pay()
		if err != nil {
			said = err.Error()
		}
		fmt.Fprintln(out, strings.Join(strings.Fields(said), " "))
	}
	return nil
}

func (v visit) pay() (string, error) {
	anchors, err := pool(v.CA)
	if err != nil {
		return "", err
	}
	config := tls.Config{RootCAs: anchors}
	if v.Party != nil {
		certificate, err := tls.LoadX509KeyPair(v.Party.Cert, v.Party.Key)
		if err != nil {
			return "", err
		}
		// Shown to every server, also to one that says it knows none of its issuers.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &certificate, nil
		}
	}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", v.Port))
	}
	transport := http.Transport{TLSClientConfig: &config, DialContext: dial, DisableKeepAlives: true}
	client := http.Client{Transport: &transport, Timeout: 20 * time.Second}
	response, err := client.Get(fmt.Sprintf("https://%s:%d/", v.Host, v.Port))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	return string(page), err
}
