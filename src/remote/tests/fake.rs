//! A server that gives each request the next of its answers, and keeps what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What comes of a request.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A status, headers each with their line's end, and a body.
    Status(u16, &'static str, String),
    /// The connection ends once the request is there.
    Broken,
}

/// A server on a port of its own.
pub(super) struct Fake {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// A server with these answers; the last one is given for ever.
    pub(super) async fn with(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                let at = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(request);
                    seen.len() - 1
                };
                if let Answer::Status(status, headers, body) = answers.get(at).or(answers.last()).unwrap() {
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} It\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
                    );
                    stream.write_all((head + body).as_bytes()).await.unwrap();
                }
            }
        });
        Self { port, requests }
    }

    /// A place there.
    pub(super) fn place(&self) -> String {
        format!("s3://bucket/k?endpoint=http%3A%2F%2F127.0.0.1%3A{}", self.port)
    }

    /// A URL there.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far, whole.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request and its body.
async fn read(stream: &mut TcpStream) -> String {
    let (mut text, mut chunk) = (String::new(), vec![0; 65536]);
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lower = head.to_ascii_lowercase();
            let length = lower.split_once("content-length: ").map_or("0", |(_, rest)| rest.lines().next().unwrap());
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let n = stream.read(&mut chunk).await.unwrap();
        assert_ne!(n, 0, "the request ended early: {text}");
        text.push_str(str::from_utf8(&chunk[..n]).unwrap());
    }
}
