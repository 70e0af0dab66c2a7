// The programs of a node, in one binary: the first argument says which to be. Those of the control plane are in test/cluster/binary.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	"k8s.io/component-base/cli"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var programs = map[string]func() int{
	"coredns":    runCoreDNS,
	"kube-proxy": func() int { return cli.Run(proxy.NewProxyCommand()) },
	"kubelet":    func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) },
}

func main() {
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: node coredns|kube-proxy|kubelet [flags]")
		os.Exit(2)
	}
	run := programs[os.Args[1]]
	os.Args = os.Args[1:]
	os.Exit(run())
}

// runCoreDNS has the plugins that a cluster needs, in the order in which upstream's plugin.cfg has them.
func runCoreDNS() int {
	dnsserver.Directives = []string{"bind", "errors", "ready", "cache", "hosts", "kubernetes", "forward"}
	coremain.Run()
	return 0
}
