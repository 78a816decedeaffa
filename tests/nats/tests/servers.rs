//! The test kit itself: what a test asks of a server happens.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use cim_test_nats::{Cut, Host, Proxy, Server};

/// The first line of a server, which announces it.
fn greeting(url: &str) -> std::io::Result<String> {
    let mut line = String::new();
    let stream = TcpStream::connect(url.strip_prefix("nats://").unwrap())?;
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line)
}

#[test]
fn servers_are_apart() {
    let (one, two) = (Server::start(), Server::start());
    assert_ne!(one.address(), two.address());
    assert_ne!(one.folder(), two.folder());
    for server in [&one, &two] {
        assert!(greeting(&server.url()).unwrap().contains("\"jetstream\":true"));
    }
}

#[test]
fn an_address_is_given_to_one_only() {
    let hosts: Vec<_> = (0..300).map(|_| Host::claim()).collect();
    let addresses: BTreeSet<_> = hosts.iter().map(Host::address).collect();
    assert_eq!(addresses.len(), hosts.len());
    let server = Server::options().on(&hosts[7]).start();
    assert_eq!(server.address().ip(), hosts[7].address());
}

#[test]
fn a_killed_server_comes_back_on_its_port() {
    let mut server = Server::start();
    let url = server.url();
    server.kill();
    assert!(greeting(&url).is_err());
    server.restart();
    assert_eq!(server.url(), url);
    assert!(greeting(&url).unwrap().starts_with("INFO"));
}

#[test]
fn a_dropped_server_is_gone() {
    let server = Server::start();
    let (url, folder) = (server.url(), server.folder().to_owned());
    drop(server);
    assert!(greeting(&url).is_err());
    assert!(!folder.exists());
}

#[test]
fn a_server_is_set_up_as_told() {
    let server = Server::options().without_jetstream().setting("max_payload: 5000").start();
    let greeting = greeting(&server.url()).unwrap();
    assert!(greeting.contains("\"max_payload\":5000") && !greeting.contains("jetstream"));
}

#[test]
fn a_monitored_server_tells_what_it_is() {
    let server = Server::options().monitored().start();
    let url = server.monitoring_url();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"GET /varz HTTP/1.0\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("\"server_id\"")));
}

#[test]
fn an_old_server_can_be_had() {
    let server = Server::options().version("2.12.8").start();
    assert!(greeting(&server.url()).unwrap().contains("\"version\":\"2.12.8\""));
}

#[test]
fn a_paused_server_says_nothing_until_it_goes_on() {
    let server = Server::start();
    server.pause();
    // The system takes the connection; the server would greet.
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    let error = reader.read_line(&mut line).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    stream.set_nonblocking(false).unwrap();
    server.resume();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("INFO"));
}

#[test]
fn a_proxy_cuts_once_and_where_it_is_told() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let connect = || TcpStream::connect(proxy.url().strip_prefix("nats://").unwrap()).unwrap();
    for (cut, cuts) in [(Cut::BeforeTheServer("PING"), 1), (Cut::BeforeTheClient("PONG"), 2)] {
        proxy.cut_once(cut);
        let mut client = connect();
        client.write_all(b"CONNECT {\"verbose\":false}\r\nPING\r\n").unwrap();
        let lines: Vec<_> = BufReader::new(client).lines().map_while(Result::ok).collect();
        assert!(lines.iter().all(|line| !line.contains("PONG")), "{lines:?}");
        assert_eq!(proxy.cuts(), cuts);
    }
    let mut client = connect();
    client.write_all(b"CONNECT {\"verbose\":false}\r\nPING\r\n").unwrap();
    let mut lines = BufReader::new(client).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "PONG"));
    proxy.cut_all();
    assert_eq!(lines.next(), None);
}
