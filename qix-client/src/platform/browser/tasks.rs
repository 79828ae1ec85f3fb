//! The client's tasks. They have a queue of their own, so that a message or a call runs the tasks that it wakes at once. A
//! callback of the browser for each task would take longer than the task.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(run: &Function);
}

thread_local! {
    static TASKS: Tasks = Tasks {
        ready: RefCell::default(),
        is_running: Cell::new(false),
        is_scheduled: Cell::new(false),
        run: Closure::new(|| {
            TASKS.with(|tasks| tasks.is_scheduled.set(false));
            at_once(|| ());
        }),
    };
}

/// The tasks of this page or worker.
struct Tasks {
    /// The tasks that can continue.
    ready: RefCell<VecDeque<Arc<Task>>>,
    /// Whether tasks are running, or will run before the current function returns.
    is_running: Cell<bool>,
    /// Whether the browser has been asked to run them.
    is_scheduled: Cell<bool>,
    run: Closure<dyn FnMut()>,
}

struct Task {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    is_ready: AtomicBool,
}

/// Starts a task. The browser runs it after the current function.
pub(super) fn start(future: impl Future<Output = ()> + Send + 'static) {
    let future = Mutex::new(Some(Box::pin(future) as _));
    Arc::new(Task { future, is_ready: AtomicBool::new(false) }).wake();
}

/// Calls a function, and then runs the tasks that it has woken. The caller must not hold a lock.
pub(crate) fn at_once<R>(wake: impl FnOnce() -> R) -> R {
    TASKS.with(|tasks| {
        let is_nested = tasks.is_running.replace(true);
        let woken = wake();
        if !is_nested {
            tasks.run();
            tasks.is_running.set(false);
        }
        woken
    })
}

impl Tasks {
    fn run(&self) {
        // Not borrowed while a task runs.
        let next = || self.ready.borrow_mut().pop_front();
        while let Some(task) = next() {
            task.run();
        }
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        self.is_ready.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self));
        let mut future = self.future.lock().unwrap_or_else(PoisonError::into_inner);
        let is_done =
            future.as_mut().is_some_and(|future| future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        if is_done {
            *future = None;
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if self.is_ready.swap(true, Ordering::Relaxed) {
            return;
        }
        TASKS.with(|tasks| {
            tasks.ready.borrow_mut().push_back(self);
            if !tasks.is_running.get() && !tasks.is_scheduled.replace(true) {
                queue_microtask(tasks.run.as_ref().unchecked_ref());
            }
        });
    }
}
