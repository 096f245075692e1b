//! Addresses: `inet`, `cidr`, `macaddr`, `macaddr8`.

use std::fmt::Write;

use super::Fault;
use super::reader::Reader;
use super::text::push_hex;

/// `PGSQL_AF_INET` and `PGSQL_AF_INET6` of the Postgres source, whatever the platform's constants are.
const V4: u8 = 2;
const V6: u8 = 3;

/// `inet`: without the length of the network if it is a single address.
pub(super) fn inet(bytes: &[u8]) -> Result<String, Fault> {
    let network = Network::read(bytes)?;
    let address = network.address();
    Ok(if network.is_whole() { address } else { format!("{address}/{}", network.bits) })
}

/// `cidr`: always with the length of the network, outside of which no bit may be set.
pub(super) fn cidr(bytes: &[u8]) -> Result<String, Fault> {
    let network = Network::read(bytes)?;
    if network.has_host_bits() {
        return Err(Fault::OutOfRange);
    }
    Ok(format!("{}/{}", network.address(), network.bits))
}

/// `macaddr` of 6 bytes, `macaddr8` of 8.
pub(super) fn mac_address(bytes: &[u8], length: usize) -> Result<String, Fault> {
    if bytes.len() != length {
        return Err(Fault::Malformed);
    }
    let mut text = String::new();
    for byte in bytes {
        if !text.is_empty() {
            text.push(':');
        }
        push_hex(&mut text, &[*byte]);
    }
    Ok(text)
}

struct Network {
    address: Address,
    bits: u8,
}

enum Address {
    V4(u32),
    V6([u16; 8]),
}

impl Network {
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(bytes);
        let (family, bits, _is_cidr, length) = (reader.u8()?, reader.u8()?, reader.u8()?, reader.u8()?);
        let address = match (family, length) {
            (V4, 4) => Address::V4(reader.u32()?),
            (V6, 16) => {
                let mut words = [0; 8];
                for word in &mut words {
                    *word = reader.u16()?;
                }
                Address::V6(words)
            }
            _ => return Err(Fault::Malformed),
        };
        reader.end()?;
        let network = Self { address, bits };
        if bits > network.width() { Err(Fault::Malformed) } else { Ok(network) }
    }

    fn width(&self) -> u8 {
        match self.address {
            Address::V4(_) => 32,
            Address::V6(_) => 128,
        }
    }

    fn is_whole(&self) -> bool {
        self.bits == self.width()
    }

    fn has_host_bits(&self) -> bool {
        // The bits of the address that lie outside the network; all of them for /0, for which shifting is no use.
        let address = match self.address {
            Address::V4(address) => u128::from(address) << 96,
            Address::V6(words) => words.iter().fold(0, |bits, word| bits << 16 | u128::from(*word)),
        };
        address.checked_shl(self.bits.into()).unwrap_or_default() != 0
    }

    fn address(&self) -> String {
        match self.address {
            Address::V4(address) => v4(address),
            Address::V6(words) => v6(words),
        }
    }
}

fn v4(bits: u32) -> String {
    bits.to_be_bytes().map(|byte| byte.to_string()).join(".")
}

/// Follows `pg_inet_net_ntop`, which shows an embedded IPv4 address in more cases than Rust does.
fn v6(words: [u16; 8]) -> String {
    let zeros = longest_zeros(words);
    let is_embedded = zeros.start == 0
        && match zeros.len() {
            6 => true,
            7 => words.last() != Some(&1),
            5 => words.get(5) == Some(&0xffff),
            _ => false,
        };
    let mut text = String::new();
    for (position, word) in words.into_iter().enumerate() {
        if zeros.contains(&position) {
            if position == zeros.start {
                text.push(':');
            }
            continue;
        }
        if position > 0 {
            text.push(':');
        }
        if is_embedded && position == 6 {
            let [.., high, low] = words;
            let bits = u32::from(high) << 16 | u32::from(low);
            return text + &v4(bits);
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{word:x}");
    }
    if zeros.end == words.len() {
        text.push(':');
    }
    text
}

/// The first of the longest runs of two or more zeros; else an empty run that lies nowhere.
fn longest_zeros(words: [u16; 8]) -> std::ops::Range<usize> {
    let nowhere = usize::MAX..usize::MAX;
    let (mut longest, mut run) = (nowhere, 0..0);
    for (position, word) in words.into_iter().enumerate() {
        if word != 0 {
            continue;
        }
        run = if run.end == position && !run.is_empty() { run.start..position + 1 } else { position..position + 1 };
        if run.len() > longest.len().max(1) {
            longest = run.clone();
        }
    }
    longest
}
