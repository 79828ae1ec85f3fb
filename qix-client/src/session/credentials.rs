//! Credentials.

use super::SessionBuilder;

/// # Credentials
///
/// Credentials never appear in logs, errors, or `Debug` output.
impl SessionBuilder {
    /// Sets a token: a JWT for a virtual proxy, or an access token of Qlik Cloud.
    ///
    /// A browser sends no headers with a WebSocket. There the token is the query parameter `accessToken`, which only
    /// Qlik Cloud understands.
    pub fn bearer(self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.token_source(move || std::future::ready(Ok(token.clone())))
    }

    /// Sets an API key of Qlik Cloud.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        self.bearer(key)
    }

    /// Sets the CSRF token that belongs to the session cookie of a proxy.
    pub fn csrf_token(self, token: impl Into<String>) -> Self {
        self.query("qlik-csrf-token", token)
    }

    /// Sets the ID of a web integration of Qlik Cloud that allows the origin.
    pub fn web_integration_id(self, id: impl Into<String>) -> Self {
        self.query("qlik-web-integration-id", id)
    }

    /// Sets a ticket of the proxy service, which is valid for one connection.
    ///
    /// The ticket is sent once. Later connections use the cookie that the proxy has set; if there is none, they fail
    /// with
    /// [`ConnectError::TicketUsed`](crate::ConnectError::TicketUsed). To get a ticket for each login, use
    /// [`ticket_source`](Self::ticket_source).
    pub fn ticket(self, ticket: impl Into<String>) -> Self {
        self.query("qlikTicket", ticket).for_another_user()
    }

    /// Discards cookies that were set for other credentials.
    pub(crate) fn for_another_user(mut self) -> Self {
        self.endpoint.access.forget_user();
        self
    }
}
