package cluster

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	programs = "/opt/kubernetes/"
	config   = "/etc/kubernetes/"
)

// clients are who asks the API server, with the groups that they are in. Each has a token, which is
// its name: nobody else is on this network.
var clients = map[string]string{
	"admin":                          "system:masters",
	"system:node:" + Node:            "system:nodes",
	"system:kube-scheduler":          "",
	"system:kube-controller-manager": "",
}

// Start starts the control plane and the node, and waits until the node is ready.
func Start() error {
	for _, step := range []func() error{
		writeConfiguration, startEtcd, startAPIServer, startControllers, startContainerd, loadImages,
		startKubelet,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func startEtcd() error {
	d, err := Run("/usr/bin/etcd", "--data-dir=/var/lib/etcd", "--unsafe-no-fsync")
	if err != nil {
		return err
	}
	return d.Await(Healthy("http://127.0.0.1:2379/health"))
}

func startAPIServer() error {
	d, err := Run(programs+"kube-apiserver",
		"--etcd-servers=http://127.0.0.1:2379",
		"--bind-address="+Address, "--advertise-address="+Address,
		"--cert-dir=/run/kube-apiserver",
		"--service-cluster-ip-range=10.96.0.0/16",
		"--token-auth-file="+config+"tokens.csv",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction", // PodSecurity is one by default
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-signing-key-file="+config+"sa.key",
		"--service-account-key-file="+config+"sa.key",
		"--kubelet-preferred-address-types=InternalIP",
		"--endpoint-reconciler-type=none",
	)
	if err != nil {
		return err
	}
	return d.Await(Healthy("https://" + Address + ":6443/readyz"))
}

func startControllers() error {
	manager, err := Run(programs+"kube-controller-manager",
		"--kubeconfig="+kubeconfig("system:kube-controller-manager"),
		"--service-account-private-key-file="+config+"sa.key",
		"--use-service-account-credentials", "--leader-elect=false", "--bind-address=127.0.0.1",
	)
	if err != nil {
		return err
	}
	scheduler, err := Run(programs+"kube-scheduler",
		"--kubeconfig="+kubeconfig("system:kube-scheduler"),
		"--leader-elect=false", "--bind-address=127.0.0.1",
	)
	if err != nil {
		return err
	}
	return errors.Join(manager.Await(Healthy("https://127.0.0.1:10257/healthz")),
		scheduler.Await(Healthy("https://127.0.0.1:10259/healthz")))
}

// writeConfiguration writes the tokens of all clients, what they connect with, and the key of
// service accounts.
func writeConfiguration() error {
	if err := os.MkdirAll(config, 0o700); err != nil {
		return err
	}
	var tokens strings.Builder
	for name, group := range clients {
		fmt.Fprintf(&tokens, "%s,%s,%s,%q\n", name, name, name, group)
		if err := write(kubeconfig(name), fmt.Sprintf(connection, Address, name)); err != nil {
			return err
		}
	}
	const bits = 2048
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return err
	}
	block := pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key),
	})
	return errors.Join(write(config+"tokens.csv", tokens.String()),
		write(config+"sa.key", string(block)))
}

// AdminConfig is what the administrator connects with.
const AdminConfig = config + "admin.yaml"

func kubeconfig(client string) string {
	return config + strings.ReplaceAll(client, ":", "-") + ".yaml"
}

const connection = `apiVersion: v1
kind: Config
clusters:
- name: test
  cluster: {server: "https://%s:6443", insecure-skip-tls-verify: true}
users:
- name: client
  user: {token: %q}
contexts:
- name: test
  context: {cluster: test, user: client}
current-context: test
`

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}
