//! Redirects of clients that the server does not accept.

/// The meaning of a redirect, in words that follow "the server".
pub(crate) fn meaning(location: &str) -> String {
    let shown = shown(location);
    let path = shown.to_ascii_lowercase();
    let login = [
        ("internal_windows_authentication", "a Windows login"),
        ("windows_authentication", "a Windows login"),
        ("internal_forms_authentication", "a login form"),
        ("forms_authentication", "a login form"),
        ("saml", "a SAML login"),
        ("openid", "an OpenID Connect login"),
        ("oidc", "an OpenID Connect login"),
        ("oauth", "an OAuth login"),
        ("adfs", "a login"),
        ("login", "a login"),
        ("signin", "a login"),
        ("logon", "a login"),
    ];
    match login.iter().find(|(part, _)| path.contains(part)) {
        Some((_, login)) => format!(
            "redirects to {login} ({shown}), which a program cannot fill in; use a virtual proxy and credentials that it \
             accepts, such as a JWT, an API key or a ticket"
        ),
        None => format!("redirects to {shown}; connect to that address if it is the engine's"),
    }
}

/// A location without query and user, which may be secret.
fn shown(location: &str) -> String {
    let text = location.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_redirect_is_recognized_and_no_secret_is_shown() {
        for (location, login) in [
            ("https://sense.corp/internal_windows_authentication/?targetId=5a", "a Windows login"),
            ("/internal_forms_authentication/?targetId=5a", "a login form"),
            ("https://idp.corp/saml2/sso?SAMLRequest=abc", "a SAML login"),
            ("https://acme.eu.qlikcloud.com/login?returnto=x", "a login"),
            ("https://idp.corp/oauth/authorize?state=abc", "an OAuth login"),
        ] {
            let text = meaning(location);
            assert!(text.contains(login), "{text}");
            assert!(!text.contains('?') && !text.contains("abc"), "{text}");
        }
        assert_eq!(
            meaning("https://ann:secret@other.corp/app/x"),
            "redirects to https://other.corp/app/x; connect to that address if it is the engine's"
        );
        assert_eq!(shown("https://idp.corp/users/ann@corp/@x?y=@z"), "https://idp.corp/users/ann@corp/@x");
    }
}
