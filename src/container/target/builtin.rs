//! The targets, two files each in `templates/targets/`, and the templates of files that are more than PEM.

macro_rules! target {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../templates/targets/", $name, ".json")),
            include_str!(concat!("../../../templates/targets/", $name, ".txt")),
        )
    };
}

macro_rules! template {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../templates/targets/", $name)))
    };
}

/// Every target: its name, its table and its snippet; sorted by name.
pub(super) const TARGETS: &[(&str, &str, &str)] = &[
    target!("apache"),
    target!("cert-manager"),
    target!("consul"),
    target!("curl"),
    target!("docker"),
    target!("envoy"),
    target!("etcd"),
    target!("haproxy"),
    target!("http-kit"),
    target!("istio"),
    target!("java"),
    target!("kafka"),
    target!("kubernetes"),
    target!("linkerd"),
    target!("mysql"),
    target!("nats"),
    target!("nginx"),
    target!("node"),
    target!("postgres"),
    target!("rabbitmq"),
    target!("redis"),
    target!("spring-boot"),
    target!("tomcat"),
];

/// Templates of files, by name.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    template!("cert-manager-issuer.yaml"),
    template!("envoy-ca.yaml"),
    template!("envoy-certificate.yaml"),
    template!("istio-cacerts.yaml"),
    template!("kubernetes-configmap.yaml"),
    template!("linkerd-issuer.yaml"),
    template!("tls-secret.yaml"),
];
