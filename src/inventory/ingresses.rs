//! Which controller serves an Ingress.

use super::Inventory;
use super::kinds::ingress::{Ingress, IngressClass};
use super::platform::Platform;

/// An ingress controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// The community's ingress-nginx.
    Nginx,
    /// NGINX's own.
    NginxInc,
    /// AWS load balancers.
    Alb,
    /// Google's load balancers.
    Gce,
    /// Azure's Application Gateway.
    AppGateway,
    /// Traefik.
    Traefik,
    /// Another one.
    Other,
}

impl Controller {
    /// By the name in an IngressClass.
    fn of(name: &str) -> Self {
        match name {
            "k8s.io/ingress-nginx" => Self::Nginx,
            "nginx.org/ingress-controller" => Self::NginxInc,
            "ingress.k8s.aws/alb" | "eks.amazonaws.com/alb" => Self::Alb,
            "azure/application-gateway" => Self::AppGateway,
            "traefik.io/ingress-controller" => Self::Traefik,
            _ => Self::Other,
        }
    }

    /// By the class that controllers answered to before there were IngressClasses.
    fn of_class(class: &str) -> Option<Self> {
        Some(match class {
            "nginx" => Self::Nginx,
            "alb" => Self::Alb,
            "gce" | "gce-internal" => Self::Gce,
            "azure/application-gateway" => Self::AppGateway,
            "traefik" => Self::Traefik,
            _ => return None,
        })
    }
}

/// The controller of an Ingress: of its class, of the default class, or what its class's name has always meant. None:
/// nobody's that is known.
pub fn controller(inventory: &Inventory, platform: Platform, ingress: &Ingress) -> Option<Controller> {
    let class = ingress.class();
    let default = |class: &&IngressClass| {
        class.meta.annotations.get("ingressclass.kubernetes.io/is-default-class").is_some_and(|value| value == "true")
    };
    let found = match class {
        "" => inventory.ingress_classes.values().find(default),
        _ => inventory.ingress_classes.get(&("".into(), class.into())),
    };
    let known = found.map(|class| Controller::of(&class.spec.controller)).or_else(|| Controller::of_class(class));
    known.or_else(|| (class.is_empty() && platform == Platform::Gke).then_some(Controller::Gce))
}
