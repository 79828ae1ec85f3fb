//! Plain HTTP requests to the proxy: session user, tokens, tickets, pages.

use super::state::{Known, Outsider, State, cookie_header};
use crate::methods::unique_id;
use crate::server::address::Address;
use crate::server::head::{Head, Response};
use serde_json::{Value, json};

/// What a proxy does with a plain request.
pub(crate) enum Passage {
    /// It responds.
    Answered(Response),
    /// The engine responds, and these headers are added.
    Forwarded(Vec<(String, String)>),
}

/// Responds to a plain request, or forwards it.
pub(crate) fn answer(state: &mut State, head: &Head, body: &[u8]) -> Passage {
    respond(state, head, body).unwrap_or_else(|| Passage::Forwarded(Vec::new()))
}

/// `None` if the request is not for the proxy.
fn respond(state: &mut State, head: &Head, body: &[u8]) -> Option<Passage> {
    let path = head.target.split('?').next().unwrap_or_default();
    let prefix = path.strip_suffix(below_prefix(state, path)).unwrap_or_default().trim_start_matches('/');
    let path = below_prefix(state, path).to_owned();
    let place = state.proxy.find(prefix).or_else(|| state.proxy.find(""))?;
    let is_page = |page: &str| path.starts_with(page);
    if ["/internal_windows_authentication", "/internal_forms_authentication", "/saml", "/login"]
        .into_iter()
        .any(is_page)
    {
        let page = Response::new(200, "text/html", b"<!DOCTYPE html><title>Login</title>".to_vec());
        return Some(Passage::Answered(page));
    }
    match (head.method.as_str(), path.as_str()) {
        ("POST", "/qps/ticket") => return Some(Passage::Answered(ticket(state, head, body))),
        ("DELETE", "/qps/user") => {
            let status = if state.log_out(head, &place) { 200 } else { 404 };
            return Some(Passage::Answered(Response::text(status, "")));
        }
        ("GET", "/qps/user" | "/qps/csrftoken" | "/api/v1/csrf-token" | "/hub" | "/hub/") => {}
        ("GET", path) if path.starts_with("/tempcontent/") => {}
        _ => return None,
    }
    let address = Address::parse(&head.target);
    let known = match state.identify(head, &address, &place) {
        Ok(known) => known,
        Err(Outsider::Unknown) => return Some(Passage::Answered(state.login_response(head, &place))),
        Err(Outsider::TooManySessions) => {
            let refusal = Response::text(403, "The user has too many sessions in parallel.");
            return Some(Passage::Answered(refusal));
        }
    };
    let cookie = cookie_header(&place, &known);
    Some(match content(&path, &known) {
        Some(mut response) => {
            response.headers.extend(cookie);
            Passage::Answered(response)
        }
        None => Passage::Forwarded(cookie),
    })
}

/// A path without the prefix of its virtual proxy.
pub(crate) fn below_prefix<'a>(state: &State, path: &'a str) -> &'a str {
    match path.trim_start_matches('/').split_once('/') {
        Some((first, rest)) if !first.is_empty() && state.proxy.find(first).is_some() => {
            &path[path.len() - rest.len() - 1..]
        }
        _ => path,
    }
}

/// The content of a path for a logged-in user; `None` if the engine serves it.
fn content(path: &str, known: &Known) -> Option<Response> {
    Some(match path {
        path if path.starts_with("/tempcontent/") => return None,
        "/qps/user" => {
            let (directory, id) = known.session.user.split_once('\\').unwrap_or(("", &known.session.user));
            Response::json(200, &json!({ "session": "inactive", "userDirectory": directory, "userId": id }))
        }
        "/hub" | "/hub/" => Response::new(200, "text/html", b"<!DOCTYPE html><title>Hub</title>".to_vec()),
        _ => {
            let mut response = Response::text(204, "");
            response.headers.push(("qlik-csrf-token".to_owned(), known.session.csrf.clone()));
            response
        }
    })
}

/// Creates a ticket for the user in the body: `{ "UserDirectory": …, "UserId": … }`. Query and header must have the
/// same key, as a protection against forged requests.
fn ticket(state: &mut State, head: &Head, body: &[u8]) -> Response {
    let address = Address::parse(&head.target);
    let key = address.query("xrfkey").filter(|key| key.len() == 16);
    if key.is_none() || key != head.header("x-qlik-xrfkey") {
        return Response::text(403, "XSRF prevention check failed. Possible XSRF discovered.");
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let (Some(directory), Some(id)) = (body["UserDirectory"].as_str(), body["UserId"].as_str()) else {
        return Response::text(400, "UserDirectory and UserId are wanted.");
    };
    let ticket = unique_id();
    state.proxy.tickets.insert(ticket.clone(), format!("{directory}\\{id}"));
    let answer =
        json!({ "UserDirectory": directory, "UserId": id, "Attributes": [], "Ticket": ticket, "TargetUri": null });
    Response::json(201, &answer)
}
