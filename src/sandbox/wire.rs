//! Connections that can be cut: a server whose answer is lost or torn is made here, below HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Says of one connection how its next answer ends. Clones share the connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut(Arc<Mutex<Option<usize>>>);

impl Cut {
    /// The next answer is not sent at all; the client sees the connection close.
    pub(super) fn all(&self) {
        self.last(usize::MAX);
    }

    /// The next answer loses its last `bytes` bytes; then the client sees the connection close.
    pub(super) fn last(&self, bytes: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    /// How much of the bytes may pass. hyper hands a small answer over in one piece, whose end is the answer's end.
    fn passing<'b>(&self, bytes: &'b [u8]) -> io::Result<&'b [u8]> {
        let Some(cut) = *self.0.lock().unwrap_or_else(PoisonError::into_inner) else { return Ok(bytes) };
        match bytes.len().saturating_sub(cut) {
            0 => Err(io::Error::new(io::ErrorKind::BrokenPipe, "cut on purpose")),
            rest => Ok(&bytes[..rest]),
        }
    }
}

/// Accepts connections that can be cut.
#[derive(Debug)]
pub(super) struct Gate(pub TcpListener);

impl Listener for Gate {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Without it a small answer may wait 40 ms; where it is refused, it is only slower.
        let _ = stream.set_nodelay(true);
        (Wire { stream, cut: Cut::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Gate>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().cut.clone()
    }
}

/// A connection that can be cut.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    cut: Cut,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.cut.passing(bytes) {
            Ok(bytes) => Pin::new(&mut self.stream).poll_write(context, bytes),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
