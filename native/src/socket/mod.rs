//! What the kernel knows of one TCP socket.

pub mod layout;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub use linux::{identify_into, is_socket, read_info_into, read_into, unread_bytes};
#[cfg(not(target_os = "linux"))]
pub use other::{identify_into, read_into, unread_bytes};
