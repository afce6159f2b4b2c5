// Holds every packet of an nfqueue for a while, then lets it pass: `delay QUEUE MICROSECONDS`. It stands for a proxy in user
// space. Says "ready" when it has the queue; ends when its standard input does, and then says how long it held them, in µs.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// linux/netfilter/nfnetlink.h and nfnetlink_queue.h.
const (
	netfilter     = 12
	subsystem     = 3 << 8
	packetMessage = subsystem | 0
	verdict       = subsystem | 1
	config        = subsystem | 2

	packetHeader  = 1 // of a packet: its id, first
	verdictHeader = 2 // of a verdict: what, and the id
	configCommand = 1
	configParams  = 2

	bind         = 1
	copyMetadata = 1
	accept       = 1

	readable      = 1  // POLLIN
	setTimerSlack = 29 // PR_SET_TIMERSLACK
)

// A program that only spun would keep whom its packets have woken from the processor; one that only slept would wake too late.
const (
	wakesEarly   = 80 * time.Microsecond
	looksUpEvery = 100 * time.Millisecond
)

type held struct {
	id      uint32
	arrived time.Time
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("delay QUEUE MICROSECONDS")
	}
	queue, hold := number(os.Args[1]), time.Duration(number(os.Args[2]))*time.Microsecond
	socket := must(syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW, netfilter))
	send(socket, config, queue, attribute(configCommand, []byte{bind, 0, 0, 0}))
	send(socket, config, queue, attribute(configParams, []byte{0, 0, 0, 0, copyMetadata}))
	fmt.Println("ready")

	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	// The kernel rounds the timers of a thread up by 50 µs unless told not to; the setting is the thread's own.
	runtime.LockOSThread()
	if _, _, err := syscall.RawSyscall(syscall.SYS_PRCTL, setTimerSlack, 1, 0); err != 0 {
		log.Fatal(err)
	}

	var waiting []held
	var took []time.Duration
	buffer := make([]byte, 1<<16)
	for {
		wait := looksUpEvery
		if len(waiting) > 0 {
			wait = max(0, hold-time.Since(waiting[0].arrived)-wakesEarly)
		}
		await(socket, wait)
		size, _, err := syscall.Recvfrom(socket, buffer, syscall.MSG_DONTWAIT)
		switch err {
		case nil:
			waiting = append(waiting, packetsIn(buffer[:size])...)
		case syscall.EAGAIN, syscall.EINTR:
		default:
			log.Fatal(err)
		}
		for len(waiting) > 0 && time.Since(waiting[0].arrived) >= hold {
			took = append(took, time.Since(waiting[0].arrived))
			header := binary.BigEndian.AppendUint32([]byte{0, 0, 0, accept}, waiting[0].id)
			send(socket, verdict, queue, attribute(verdictHeader, header))
			waiting = waiting[1:]
		}
		select {
		case <-ended:
			tell(took)
			return
		default:
		}
	}
}

// await returns when there is something to read, or after so long.
func await(socket int, wait time.Duration) {
	one := struct {
		socket         int32
		wanted, became int16
	}{socket: int32(socket), wanted: readable}
	limit := syscall.NsecToTimespec(wait.Nanoseconds())
	_, _, _ = syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&one)), 1, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
}

// packetsIn reads the ids of the packets that a netlink message announces; a configuration that was refused ends the program.
func packetsIn(message []byte) []held {
	var packets []held
	for _, one := range must(syscall.ParseNetlinkMessage(message)) {
		if one.Header.Type == syscall.NLMSG_ERROR {
			if code := int32(binary.NativeEndian.Uint32(one.Data)); code != 0 {
				log.Fatal(syscall.Errno(-code))
			}
		}
		if one.Header.Type != packetMessage {
			continue
		}
		for rest := one.Data[4:]; len(rest) >= 8; {
			length := int(binary.NativeEndian.Uint16(rest))
			if binary.NativeEndian.Uint16(rest[2:]) == packetHeader {
				packets = append(packets, held{binary.BigEndian.Uint32(rest[4:]), time.Now()})
				break
			}
			rest = rest[min(len(rest), (length+3)&^3):]
		}
	}
	return packets
}

func send(socket int, kind uint16, queue int, attribute []byte) {
	// nlmsghdr, then nfgenmsg: family, version, number of the queue.
	message := binary.NativeEndian.AppendUint32(nil, uint32(syscall.NLMSG_HDRLEN+4+len(attribute)))
	message = binary.NativeEndian.AppendUint16(message, kind)
	message = binary.NativeEndian.AppendUint16(message, syscall.NLM_F_REQUEST)
	message = append(message, make([]byte, 8)...)
	message = append(message, syscall.AF_UNSPEC, 0)
	message = binary.BigEndian.AppendUint16(message, uint16(queue))
	message = append(message, attribute...)
	if err := syscall.Sendto(socket, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		log.Fatal(err)
	}
}

// attribute is padded to four bytes, as netlink wants it.
func attribute(kind uint16, value []byte) []byte {
	text := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	text = append(binary.NativeEndian.AppendUint16(text, kind), value...)
	return append(text, make([]byte, -len(text)&3)...)
}

func tell(took []time.Duration) {
	slices.Sort(took)
	at := func(share float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[int(share*float64(len(took)-1))]) / 1000
	}
	fmt.Printf(`{"packets":%d,"p50":%.1f,"p99":%.1f}`+"\n", len(took), at(0.5), at(0.99))
}

func number(text string) int {
	return must(strconv.Atoi(text))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
