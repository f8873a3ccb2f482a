//! Host and process values.
