//! The fuzz targets of the reader of tables, as functions, so that they also run as ordinary tests.

pub mod properties;
