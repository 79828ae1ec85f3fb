//! Synthetic logs: a user who keeps selecting in a dashboard.

use std::fmt::Write;

use serde_json::{Value, json};

/// The objects of the dashboard, with handles from 2.
pub(crate) const CHARTS: i64 = 20;

/// Writes a log.
#[derive(Default)]
pub(crate) struct Sample {
    log: String,
    /// Messages written so far.
    pub(crate) messages: usize,
    at: u64,
    id: i64,
    seed: u64,
}

impl Sample {
    /// Creates a log with at least this many messages.
    pub(crate) fn of(messages: usize) -> Self {
        let mut sample = Self { seed: 42, ..Self::default() };
        sample.receive(
            json!({ "jsonrpc": "2.0", "method": "OnConnected", "params": { "qSessionState": "SESSION_CREATED" } }),
        );
        let doc = json!({ "qReturn": { "qType": "Doc", "qHandle": 1, "qGenericId": "sales.qvf" } });
        sample.call(-1, "OpenDoc", &json!(["sales.qvf", "", "s3cret", "", false]), 180_000, doc, &[1]);
        for chart in 0..CHARTS {
            let kind = ["barchart", "table", "listbox", "kpi"][usize::try_from(chart % 4).unwrap()];
            let object = json!({ "qReturn": { "qType": "GenericObject", "qHandle": chart + 2, "qGenericType": kind, "qGenericId": format!("chart-{chart}") } });
            sample.call(1, "GetObject", &json!([format!("chart-{chart}")]), 900, object, &[chart + 2]);
        }
        sample.layouts();
        for round in 0.. {
            if sample.messages >= messages {
                break;
            }
            sample.round(round);
        }
        sample
    }

    /// The log.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    /// A selection, the objects that it makes stale, and a short-lived object.
    fn round(&mut self, round: i64) {
        self.at += 400_000 + self.random(2_000_000);
        let all: Vec<i64> = (1..CHARTS + 2).collect();
        let listbox = 4 + (round % 5) * 4;
        let selection = json!(["/qListObjectDef", [round % 22], true]);
        self.call(listbox, "SelectListObjectValues", &selection, 4_000, json!({ "qSuccess": true }), &all);
        self.layouts();
        if round % 7 == 3 {
            let id = self.send(1, "GetObject", &json!([format!("needle-{round} <b>")]));
            self.at += 300;
            let error = json!({ "code": 2, "parameter": "Not found", "message": "Resource not found" });
            self.receive(json!({ "jsonrpc": "2.0", "id": id, "error": error }));
        }
        let handle = 100 + round;
        let name = format!("temporary-{round}");
        let created = json!({ "qReturn": { "qType": "GenericObject", "qHandle": handle }, "qInfo": { "qId": name, "qType": "search" } });
        self.call(
            1,
            "CreateSessionObject",
            &json!([{ "qInfo": { "qId": name, "qType": "search" } }]),
            1_500,
            created,
            &[handle],
        );
        let id = self.send(1, "DestroySessionObject", &json!([name]));
        self.at += 700;
        self.receive(json!({ "jsonrpc": "2.0", "id": id, "result": { "qSuccess": true }, "close": [handle] }));
    }

    /// Requests all layouts at once; the responses arrive in another order.
    fn layouts(&mut self) {
        let mut waiting: Vec<(i64, i64)> = Vec::new();
        for handle in 2..CHARTS + 2 {
            self.at += 20 + self.random(60);
            waiting.push((self.send(handle, "GetLayout", &json!([])), handle));
        }
        while !waiting.is_empty() {
            let next = usize::try_from(self.random(waiting.len() as u64)).unwrap();
            let (id, handle) = waiting.swap_remove(next);
            self.at += 500 + self.random(30_000);
            let rows: Vec<Value> = (0..self.random(4))
                .map(|row| json!([{ "qText": format!("Region {row}"), "qNum": self.at % 9_973, "qState": "O" }]))
                .collect();
            let layout = json!({ "qInfo": { "qId": format!("chart-{}", handle - 2), "qType": "barchart" }, "qHyperCube": { "qSize": { "qcx": 1, "qcy": rows.len() }, "qDataPages": [{ "qMatrix": rows }] } });
            self.receive(json!({ "jsonrpc": "2.0", "id": id, "result": { "qLayout": layout } }));
        }
    }

    fn call(&mut self, handle: i64, method: &str, params: &Value, took: u64, result: Value, change: &[i64]) {
        let id = self.send(handle, method, params);
        self.at += took + self.random(took);
        self.receive(json!({ "jsonrpc": "2.0", "id": id, "result": result, "change": change }));
    }

    fn send(&mut self, handle: i64, method: &str, params: &Value) -> i64 {
        self.id += 1;
        let id = self.id;
        self.write(">", json!({ "jsonrpc": "2.0", "id": id, "handle": handle, "method": method, "params": params }));
        id
    }

    fn receive(&mut self, message: Value) {
        self.write("<", message);
    }

    fn write(&mut self, dir: &str, message: Value) {
        writeln!(self.log, "{}", json!({ "dir": dir, "at": self.at, "msg": message })).unwrap();
        self.messages += 1;
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }
}
