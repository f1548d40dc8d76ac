//! The agent's loop: one thread waits for clients, signals and time-outs. It never blocks on one client, and uses
//! at most a few megabytes for all of them together.

use super::clock::Clock;
use super::connection::{Closed, Connection};
use super::key_cache::KeyCache;
use super::request::Request;
use super::socket::{Peer, SocketPath, peer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

/// The greatest number of connections. One more closes the connection that has waited longest.
const MAX_CONNECTIONS: usize = 256;
/// The greatest size of all incoming and outgoing frames together.
const MAX_HELD_BYTES: usize = 8 * 1024 * 1024;
/// The limit for the first frame, for the rest of a frame, and for reading an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time to wait for the first key after the start, and to stay after the last key has gone.
const GRACE: Duration = Duration::from_secs(10);

/// The interval at which the agent checks that its socket still exists.
const LOOK: Duration = Duration::from_secs(3);

/// The time that an agent runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stay {
    /// Until a signal ends it.
    Always,
    /// While it holds a key.
    WhileUnlocked,
}

pub struct Server<C> {
    listener: UnixListener,
    key_cache: KeyCache<C>,
    connections: Vec<Connection>,
    signals: UnixStream,
    /// Becomes readable when the machine wakes up.
    waking: Option<OwnedFd>,
    stay: Stay,
    /// The socket's file, if the agent made it: without it no command finds the agent, not even `lock`.
    file: Option<SocketFile>,
    started: Duration,
    had_key: bool,
}

/// The file of a socket, by its path, device and inode.
#[derive(Clone)]
pub struct SocketFile {
    pub place: SocketPath,
    pub identity: (u64, u64),
}

impl SocketFile {
    /// The file of a listening socket; `None` if it is already gone.
    pub fn of(listener: &UnixListener) -> Option<Self> {
        let place = SocketPath::of(listener)?;
        let identity = place.identity()?;
        Some(Self { place, identity })
    }

    fn is_there(&self) -> bool {
        self.place.identity() == Some(self.identity)
    }
}

/// The result of a poll.
struct Ready {
    signals: bool,
    waking: bool,
    listener: bool,
    connections: Vec<PollFlags>,
}

impl<C: Clock> Server<C> {
    pub fn new(
        listener: UnixListener,
        key_cache: KeyCache<C>,
        stay: Stay,
        file: Option<SocketFile>,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (signals, theirs) = UnixStream::pair()?;
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            pipe::register(signal, theirs.try_clone()?)?;
        }
        let started = key_cache.clock().awake();
        Ok(Self {
            listener,
            key_cache,
            connections: Vec::new(),
            signals,
            waking: waking(),
            stay,
            file,
            started,
            had_key: false,
        })
    }

    /// Serves until it is asked to end, until it has no key, or until its socket or a folder above it is gone.
    pub fn run(mut self) -> io::Result<()> {
        loop {
            let expires = self.key_cache.expire();
            let now = self.key_cache.clock().awake();
            self.had_key |= !self.key_cache.is_empty();
            if self.is_done(now) {
                return Ok(());
            }
            if self.file.as_ref().is_some_and(|file| !file.is_there()) {
                self.key_cache.lock();
                return Ok(());
            }
            self.connections
                .retain(|one| !one.is_due() || now < one.since + PATIENCE);
            let ready = self.wait(self.next(now, expires))?;
            if ready.signals {
                self.key_cache.lock();
                return Ok(());
            }
            if ready.waking
                && let Some(waking) = &self.waking
            {
                // This means that the clock was set; the clocks are checked below.
                let _ = rustix::io::read(waking, &mut [0; 8]);
            }
            // A client that wakes the agent must not use a key whose time has ended.
            self.key_cache.expire();
            self.serve(&ready.connections);
            if ready.listener {
                self.accept();
            }
            self.shed();
        }
    }

    fn is_done(&self, now: Duration) -> bool {
        let is_answering = || self.connections.iter().any(Connection::is_answering);
        self.stay == Stay::WhileUnlocked
            && self.key_cache.is_empty()
            && (self.had_key || now >= self.started + GRACE)
            && !is_answering()
    }

    /// The time to sleep if no client comes.
    fn next(&self, now: Duration, expires: Option<Duration>) -> Option<Duration> {
        let due = self.connections.iter().filter(|one| one.is_due());
        let due = due.map(|one| (one.since + PATIENCE).saturating_sub(now));
        let waits_for_key = self.stay == Stay::WhileUnlocked && self.key_cache.is_empty();
        let grace = waits_for_key.then(|| (self.started + GRACE).saturating_sub(now));
        let look = self.file.as_ref().map(|_| LOOK);
        due.chain(expires).chain(grace).chain(look).min()
    }

    fn wait(&self, patience: Option<Duration>) -> io::Result<Ready> {
        let waking = self.waking.as_ref();
        let mut all = vec![
            PollFd::new(&self.signals, PollFlags::IN),
            PollFd::new(&self.listener, PollFlags::IN),
        ];
        all.extend(waking.map(|waking| PollFd::new(waking, PollFlags::IN)));
        let first = all.len();
        let connections = self.connections.iter();
        all.extend(connections.map(|one| PollFd::new(one, one.interest())));
        let patience = patience.map(|patience| Timespec {
            tv_sec: patience.as_secs().min(i32::MAX as u64).cast_signed(),
            tv_nsec: patience.subsec_nanos().into(),
        });
        match poll(&mut all, patience.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
        Ok(Ready {
            signals: is_ready(&all[0]),
            listener: is_ready(&all[1]),
            waking: waking.is_some() && is_ready(&all[2]),
            connections: all[first..].iter().map(PollFd::revents).collect(),
        })
    }

    /// Serves each ready connection in turn, by one frame or a part of it.
    fn serve(&mut self, ready: &[PollFlags]) {
        let mut ready = ready.iter();
        let key_cache = &mut self.key_cache;
        self.connections.retain_mut(|connection| {
            let is_ready = ready.next().is_some_and(|flags| !flags.is_empty());
            !is_ready || serve(key_cache, connection).is_ok()
        });
    }

    fn accept(&mut self) {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // No descriptor is left: disconnect the client that has waited longest.
                Err(_) => {
                    self.close_one();
                    return;
                }
            };
            let now = self.key_cache.clock().awake();
            if peer(&stream) == Peer::Ours
                && let Ok(connection) = Connection::new(stream, now)
            {
                if self.connections.len() >= MAX_CONNECTIONS {
                    self.close_one();
                }
                self.connections.push(connection);
            }
        }
    }

    /// Closes the connection that is late for longest, else the one idle for longest, whose client can connect
    /// again.
    fn close_one(&mut self) {
        let all = self.connections.iter().enumerate();
        let longest = all.min_by_key(|(_, one)| (!one.is_due(), one.since));
        if let Some(position) = longest.map(|(position, _)| position) {
            self.connections.swap_remove(position);
        }
    }

    /// Closes the largest connections while all of them together use too much memory.
    fn shed(&mut self) {
        while self
            .connections
            .iter()
            .map(Connection::held_bytes)
            .sum::<usize>()
            > MAX_HELD_BYTES
        {
            let all = self.connections.iter().enumerate();
            let largest = all.max_by_key(|(_, one)| one.held_bytes());
            let Some(position) = largest.map(|(position, _)| position) else {
                return;
            };
            self.connections.swap_remove(position);
        }
    }
}

fn serve(key_cache: &mut KeyCache<impl Clock>, connection: &mut Connection) -> Result<(), Closed> {
    let now = key_cache.clock().awake();
    if connection.is_answering() {
        return connection.send(now);
    }
    let Some(content) = connection.receive(now)? else {
        return Ok(());
    };
    let request = Request::decode(&content).ok_or(Closed)?;
    let answer = key_cache.answer(&mut connection.session, &request);
    let frame = answer.ok_or(Closed)?.encode().map_err(|_| Closed)?;
    connection.answer(frame, now)
}

/// A timer that fires only when the system's time is set, which also happens when the machine wakes up.
#[cfg(target_os = "linux")]
fn waking() -> Option<OwnedFd> {
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create,
        timerfd_settime,
    };
    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    let timer = timerfd_create(TimerfdClockId::Realtime, flags).ok()?;
    let never = Timespec {
        tv_sec: i64::from(u32::MAX) * 100,
        tv_nsec: 0,
    };
    let once = Itimerspec {
        it_interval: Timespec::default(),
        it_value: never,
    };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    timerfd_settime(&timer, flags, &once).ok()?;
    Some(timer)
}

#[cfg(not(target_os = "linux"))]
fn waking() -> Option<OwnedFd> {
    None
}
