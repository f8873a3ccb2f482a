//! Arrays that JavaScript lends to a call.

use napi::bindgen_prelude::Float64ArraySlice;

/// The memory of an array, for as long as the call that it was passed to.
pub fn borrow<'call>(array: &'call mut Float64ArraySlice<'_>) -> &'call mut [f64] {
    // SAFETY: JavaScript waits for the call on this very thread, the array is not a shared one, and
    // no other reference to its memory is made meanwhile.
    unsafe { array.as_mut() }
}
