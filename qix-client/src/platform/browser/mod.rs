//! The platform of a page or a worker: the browser's tasks, timers, and random numbers.
//!
//! The browser's objects belong to one thread. They are in [`SendWrapper`]s, so that public futures are `Send` here too.

mod tasks;
mod timers;

use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, abortable};
use js_sys::{JsString, Math, Reflect};
pub(crate) use qix_schema::rpc::Instant;
use send_wrapper::SendWrapper;
use tokio::sync::{Notify, oneshot};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, EventTarget, VisibilityState, Window};

pub(crate) use tasks::at_once;
pub(crate) use timers::{Sleep, sleep, sleep_until};

/// The time is up.
#[derive(Debug)]
pub(crate) struct Elapsed;

pub(crate) async fn timeout<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    within(sleep(limit), future).await
}

pub(crate) async fn timeout_at<F: Future>(time: Instant, future: F) -> Result<F::Output, Elapsed> {
    within(sleep_until(time), future).await
}

/// The timer starts only if the future has to wait.
async fn within<F: Future>(limit: Sleep, future: F) -> Result<F::Output, Elapsed> {
    tokio::select! {
        biased;
        output = future => Ok(output),
        () = limit => Err(Elapsed),
    }
}

/// Lets the page handle its events, and draw.
pub(crate) async fn yield_now() {
    sleep(Duration::ZERO).await;
}

/// A task.
pub(crate) struct JoinHandle<T> {
    done: oneshot::Receiver<T>,
    abort: AbortHandle,
}

pub(crate) fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let (tell, done) = oneshot::channel();
    let (task, abort) = abortable(task);
    tasks::start(async move {
        if let Ok(output) = task.await {
            tell.send(output).ok();
        }
    });
    JoinHandle { done, abort }
}

impl<T> JoinHandle<T> {
    pub(crate) fn abort(&self) {
        self.abort.abort();
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, oneshot::error::RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.done.poll_unpin(cx)
    }
}

/// A random number. `RandomState` is not random here: its keys are addresses.
pub(crate) fn random() -> u64 {
    let half = || (Math::random() * 4_294_967_296.0) as u64;
    half() << 32 | half()
}

/// A text in lower case. The browser has the tables of characters, which are large.
pub(crate) fn lower_case(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}

/// Waits until the page is visible and the browser online: before that, connecting fails.
pub(crate) async fn awake() {
    let page = SendWrapper::new(Page::watch());
    while !page.is_awake() {
        page.changed.notified().await;
    }
}

/// Whether the browser knows that it has no network.
pub(crate) fn is_offline() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let online = navigator.and_then(|navigator| Reflect::get(&navigator, &"onLine".into()));
    online.is_ok_and(|online| online == JsValue::FALSE)
}

/// A page whose visibility and network are watched; a worker has no document.
struct Page {
    document: Option<Document>,
    changed: Rc<Notify>,
    _listeners: Vec<Listener>,
}

impl Page {
    fn watch() -> Self {
        let changed = Rc::new(Notify::new());
        let global = js_sys::global();
        let document = global.dyn_ref::<Window>().and_then(Window::document);
        let targets = [
            (document.as_ref().map(|document| document.unchecked_ref::<EventTarget>()), "visibilitychange"),
            (Some(global.unchecked_ref()), "online"),
        ];
        let listeners = targets.into_iter().filter_map(|(target, event)| {
            let changed = Rc::clone(&changed);
            Listener::new(target?, event, move || changed.notify_one())
        });
        Self { _listeners: listeners.collect(), document, changed }
    }

    fn is_awake(&self) -> bool {
        let hidden = |document: &Document| document.visibility_state() == VisibilityState::Hidden;
        !is_offline() && !self.document.as_ref().is_some_and(hidden)
    }
}

/// A listener of an event, removed when it is dropped.
struct Listener {
    target: EventTarget,
    event: &'static str,
    closure: Closure<dyn FnMut()>,
}

impl Listener {
    fn new(target: &EventTarget, event: &'static str, heard: impl FnMut() + 'static) -> Option<Self> {
        let closure = Closure::<dyn FnMut()>::new(heard);
        target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { target: target.clone(), event, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let closure = self.closure.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback(self.event, closure).ok();
    }
}

/// Passes items to a function, at once: a page has no threads.
pub(crate) struct Aside<T> {
    work: Mutex<Option<Work<T>>>,
}

type Work<T> = Box<dyn FnMut(T, bool) -> bool + Send>;

impl<T: Send + 'static> Aside<T> {
    /// The second argument of the function is whether more items are waiting. The function returns whether it continues.
    pub(crate) fn new(work: impl FnMut(T, bool) -> bool + Send + 'static) -> Self {
        Self { work: Mutex::new(Some(Box::new(work))) }
    }

    pub(crate) fn pass(&self, item: T) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        if !work.as_mut().is_none_or(|work| work(item, false)) {
            *work = None;
        }
    }
}
