//! A system whose sockets nobody here can read yet.

/// ENOSYS as Linux numbers it: JavaScript takes any error for "absent".
const NOT_AVAILABLE: i32 = 38;

pub fn identify_into(_fd: i32, _out: &mut [f64]) -> i32 {
    NOT_AVAILABLE
}

pub fn read_into(_fd: i32, _out: &mut [f64]) -> i32 {
    NOT_AVAILABLE
}

pub fn unread_bytes(_fd: i32) -> i32 {
    -NOT_AVAILABLE
}
