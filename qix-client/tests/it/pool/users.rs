//! Users with credentials of their own.

use qix_client::{Engine, prelude::*};
use qix_test_engine::{Login, Proxy, TestEngine, VirtualProxy};

#[tokio::test]
async fn a_user_logs_in_once_for_all_apps_and_never_with_the_cookie_of_another() {
    let proxy = Proxy::new()
        .virtual_proxy(VirtualProxy::new("jwt").login(Login::Unauthorized))
        .token("of-alice", r"TEST\alice")
        .token("of-bob", r"TEST\bob");
    let engine = TestEngine::builder().proxy(proxy).start().await.unwrap();
    let pool = Engine::builder(Session::builder().url(engine.url()).virtual_proxy("jwt")).build();
    let alice = pool.user("alice", |session| session.bearer("of-alice"));
    let bob = pool.user("bob", |session| session.bearer("of-bob"));
    let mut docs = Vec::new();
    for user in [&alice, &bob, &alice] {
        docs.push(user.app("sales").own_session(true).await.unwrap());
        docs.push(user.app("sales").await.unwrap());
    }
    assert_eq!(engine.logins(), 2);
    let shared = pool.apps().into_iter().filter(|app| app.identity.is_none());
    let shared: Vec<_> = shared.map(|app| (app.user.unwrap(), app.users)).collect();
    assert_eq!(shared, [("alice".to_owned(), 2), ("bob".to_owned(), 1)]);
    // New credentials for a known user keep the login.
    let again = pool.user("alice", |session| session.bearer("newer"));
    docs.push(again.app("sales").own_session(true).await.unwrap());
    assert_eq!(engine.logins(), 2);
    assert_eq!(pool.apps().iter().filter(|app| app.user.as_deref() == Some("alice")).count(), 4);
    let stranger = pool.user("stranger", |session| session);
    assert!(stranger.app("sales").await.is_err(), "the cookies of the others are not sent");
}
