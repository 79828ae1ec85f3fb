//! Settings with other bounds than in a program: in a browser, there is one thread, and its futures are not [`Send`].

use std::sync::Arc;

use send_wrapper::SendWrapper;

use super::SessionBuilder;
use crate::connect::{TokenSource, TransportError};

/// # Credentials of pages
///
/// The browser sends the cookies that it has for the engine's host, so a signed-in user needs no other credentials.
impl SessionBuilder {
    /// Sets a function that returns a token. It is called for each connection.
    ///
    /// ```
    /// use qix_client::Session;
    ///
    /// let builder = Session::builder().tenant("acme.eu.qlikcloud.com").token_source(|| async { Ok("eyJ…".to_owned()) });
    /// ```
    pub fn token_source<F, T>(mut self, source: F) -> Self
    where
        F: Fn() -> T + 'static,
        T: Future<Output = Result<String, TransportError>> + 'static,
    {
        self.endpoint.token = Some(on_this_thread(source));
        self.for_another_user()
    }

    /// Sets a function that returns a ticket of the proxy service. It is called for the first connection, and for a
    /// later one if the proxy does not accept the browser's cookie.
    pub fn ticket_source<F, T>(mut self, source: F) -> Self
    where
        F: Fn() -> T + 'static,
        T: Future<Output = Result<String, TransportError>> + 'static,
    {
        self.endpoint.tickets = Some(on_this_thread(source));
        self.for_another_user()
    }
}

fn on_this_thread<F, T>(source: F) -> TokenSource
where
    F: Fn() -> T + 'static,
    T: Future<Output = Result<String, TransportError>> + 'static,
{
    let source = SendWrapper::new(source);
    Arc::new(move || Box::pin(SendWrapper::new(source())))
}
