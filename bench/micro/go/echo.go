package main

import (
	"flag"
	"fmt"
	"net"
	"runtime"
	"syscall"
	"time"
)

const echoBufferBytes = 512

func echo(peer net.Conn) {
	defer peer.Close()
	buffer := make([]byte, echoBufferBytes)
	for {
		count, err := peer.Read(buffer)
		if err != nil {
			return
		}
		if _, err := peer.Write(buffer[:count]); err != nil {
			return
		}
	}
}

var burnt uint64

// How many steps of chain take 50 ms of CPU time on this machine.
func stepsOfASlice() int {
	const probe = 4_000_000
	const rusageThread = 1
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	threadTime := func() time.Duration {
		var used syscall.Rusage
		if err := syscall.Getrusage(rusageThread, &used); err != nil {
			fail("getrusage: %v", err)
		}
		return time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	best := time.Hour
	for i := 0; i < 5; i++ {
		start := threadTime()
		burnt += chain(1, probe)
		best = min(best, max(threadTime()-start, 1))
	}
	return int(float64(50*time.Millisecond) / float64(best) * probe)
}

func computeForEver(steps int) {
	for {
		keep(chain(uint64(steps), steps))
		runtime.Gosched()
	}
}

//go:noinline
func keep(uint64) {}

func serveEcho(arguments []string) {
	flags := flag.NewFlagSet("echo", flag.ExitOnError)
	workers := flags.Int("workers", 1, "GOMAXPROCS")
	burners := flags.Int("burners", 0, "goroutines that compute in slices of 50 ms")
	flags.Parse(arguments)
	runtime.GOMAXPROCS(*workers)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("%v", err)
	}
	if *burners > 0 {
		steps := stepsOfASlice()
		for i := 0; i < *burners; i++ {
			go computeForEver(steps)
		}
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	for {
		peer, err := listener.Accept()
		if err != nil {
			fail("%v", err)
		}
		go echo(peer)
	}
}
