//! `/proc/net/dev`, with the addresses of each interface.

use std::collections::{BTreeMap, HashMap};

use super::sample::Interface;
use super::scan::{grown, lines, per_second, text, whole, words};

const FIELDS: usize = 16;
/// A host of containers has a pair of interfaces for each.
const INTERFACES_MAX: usize = 256;

type Values = [u64; FIELDS];

/// Tells interfaces, and rates since the reading before.
#[derive(Default)]
pub struct InterfaceReader {
    before: HashMap<String, (u64, u64)>,
}

impl InterfaceReader {
    pub fn read(
        &mut self,
        net_dev: &[u8],
        addresses: &HashMap<String, Vec<String>>,
        seconds: Option<f64>,
    ) -> BTreeMap<String, Interface> {
        let mut interfaces = BTreeMap::new();
        let mut now = HashMap::with_capacity(self.before.len());
        for line in lines(net_dev) {
            let Some((name, values)) = values_of(line) else {
                continue;
            };
            if interfaces.len() == INTERFACES_MAX {
                break;
            }
            let before = self.before.get(&name).copied();
            let mut interface = interface_of(&values, before, seconds);
            interface.addresses = addresses.get(&name).cloned().unwrap_or_default();
            now.insert(name.clone(), (values[0], values[8]));
            interfaces.insert(name, interface);
        }
        self.before = now;
        interfaces
    }
}

/// The last colon ends the name: that of an alias has one inside.
fn values_of(line: &[u8]) -> Option<(String, Values)> {
    let colon = line.iter().rposition(|byte| *byte == b':')?;
    let name = text(words(&line[..colon]).next()?);
    let mut values = [0; FIELDS];
    let mut read = 0;
    for (slot, word) in values.iter_mut().zip(words(&line[colon + 1..])) {
        *slot = whole(word)?;
        read += 1;
    }
    (read == FIELDS).then_some((name, values))
}

fn interface_of(values: &Values, before: Option<(u64, u64)>, seconds: Option<f64>) -> Interface {
    let received = before.and_then(|(received, _)| grown(values[0], received));
    let transmitted = before.and_then(|(_, transmitted)| grown(values[8], transmitted));
    Interface {
        addresses: Vec::new(),
        receive_bytes_total: values[0],
        receive_packets_total: values[1],
        receive_errs_total: values[2],
        receive_drop_total: values[3],
        transmit_bytes_total: values[8],
        transmit_packets_total: values[9],
        transmit_errs_total: values[10],
        transmit_drop_total: values[11],
        receive_bytes_per_second: per_second(received, seconds),
        transmit_bytes_per_second: per_second(transmitted, seconds),
    }
}

/// The addresses of every interface of this network namespace.
pub fn own_addresses() -> HashMap<String, Vec<String>> {
    let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
    let Ok(all) = nix::ifaddrs::getifaddrs() else {
        return by_name;
    };
    for one in all {
        let Some(address) = one.address else { continue };
        let told = if let Some(v4) = address.as_sockaddr_in() {
            v4.ip().to_string()
        } else if let Some(v6) = address.as_sockaddr_in6() {
            v6.ip().to_string()
        } else {
            continue;
        };
        by_name.entry(one.interface_name).or_default().push(told);
    }
    by_name
}

#[cfg(test)]
mod tests {
    use super::InterfaceReader;
    use std::collections::HashMap;

    const HEAD: &str = "Inter-|   Receive  |  Transmit\n face |bytes    packets errs\n";

    #[test]
    fn every_interface_is_told_with_its_addresses() {
        let text = format!(
            "{HEAD}    lo: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\neth0:1:7 8 1 2 0 0 0 0 9 10 3 4 0 0 0 0\n"
        );
        let addresses = HashMap::from([("lo".to_owned(), vec!["127.0.0.1".to_owned()])]);
        let told = InterfaceReader::default().read(text.as_bytes(), &addresses, None);
        assert_eq!(told.keys().collect::<Vec<_>>(), ["eth0:1", "lo"]);
        assert_eq!(told["lo"].addresses, ["127.0.0.1"]);
        let eth = &told["eth0:1"];
        assert_eq!((eth.receive_bytes_total, eth.transmit_drop_total), (7, 4));
        assert_eq!(eth.receive_bytes_per_second, None);
    }

    #[test]
    fn rates_are_of_the_interval_and_a_counter_that_went_back_has_none() {
        let mut reader = InterfaceReader::default();
        let none = &HashMap::new();
        reader.read(b"eth0: 100 0 0 0 0 0 0 0 200 0 0 0 0 0 0 0\n", none, None);
        let told = reader.read(b"eth0: 300 0 0 0 0 0 0 0 20 0 0 0 0 0 0 0\n", none, Some(2.0));
        assert_eq!(told["eth0"].receive_bytes_per_second, Some(100.0));
        assert_eq!(told["eth0"].transmit_bytes_per_second, None);
    }

    #[test]
    fn garbage_is_left_out() {
        let none = &HashMap::new();
        let text = b"eth0: 1 2 3\neth1: a b c d e f g h i j k l m n o p\n: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\nnothing\n";
        assert!(InterfaceReader::default().read(text, none, None).is_empty());
    }
}
