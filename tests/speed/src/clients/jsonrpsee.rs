//! jsonrpsee: a generic JSON-RPC 2.0 client.

use anyhow::{Result, bail, ensure};
use jsonrpsee_core::client::ClientT;
use jsonrpsee_core::params::ObjectParams;
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use qix_client::types::{NxDataPage, NxPage};
use serde::Deserialize;
use serde_json::Value;

use super::turn::Client;
use crate::server::{COLUMNS, ROWS};
use crate::workload::Change;

pub(super) struct Generic {
    client: WsClient,
    value: bool,
}

/// Decodes pages into JSON values or, to compare the rest, into the generated types.
pub(super) async fn connect(url: &str, value: bool) -> Result<Generic> {
    let client = WsClientBuilder::default().max_concurrent_requests(10_000).build(url).await?;
    Ok(Generic { client, value })
}

#[derive(Deserialize)]
struct Evaluated {
    #[serde(rename = "qReturn")]
    value: String,
}

#[derive(Deserialize)]
struct Pages {
    #[serde(rename = "qDataPages")]
    pages: Vec<NxDataPage>,
}

impl Client for Generic {
    async fn call(&self, number: u32) -> Result<()> {
        let number = number.to_string();
        let mut params = ObjectParams::new();
        params.insert("qExpression", &number)?;
        let answer: Evaluated = self.client.request("Evaluate", params).await?;
        ensure!(answer.value == number, "{number} is {}", answer.value);
        Ok(())
    }

    async fn page(&self) -> Result<()> {
        let mut params = ObjectParams::new();
        params.insert("qPath", "/qHyperCubeDef")?;
        params.insert("qPages", [NxPage::of_size(COLUMNS as i32, ROWS as i32)])?;
        if self.value {
            let answer: Value = self.client.request("GetHyperCubeData", params).await?;
            ensure!(answer["qDataPages"][0]["qMatrix"][ROWS - 1][COLUMNS - 1]["qNum"].is_f64());
        } else {
            let answer: Pages = self.client.request("GetHyperCubeData", params).await?;
            ensure!(answer.pages[0].matrix.len() == ROWS && answer.pages[0].matrix[ROWS - 1].len() == COLUMNS);
        }
        Ok(())
    }

    async fn answer(&self, _: Change, _: bool) -> Result<()> {
        bail!("a generic client does not support deltas")
    }
}
