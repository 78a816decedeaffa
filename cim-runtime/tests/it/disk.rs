//! Disks that are full, and places where no store can be.
