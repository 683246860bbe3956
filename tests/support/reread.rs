//! A simulator that is taken out of its snapshot.

use pqrun::simulator::Simulator;

/// What answers is read from its snapshot, so nothing may be missing there. Less and less often: all requests are in it.
pub(crate) fn reread(simulator: &mut Simulator) {
    let len = simulator.requests().len();
    if len < 16 || len.is_power_of_two() {
        let stored = serde_json::to_string(&simulator).expect("a simulator is JSON");
        *simulator = serde_json::from_str(&stored).expect("a snapshot reads back");
        assert_eq!(serde_json::to_string(&simulator).expect("a simulator is JSON"), stored);
    }
}
