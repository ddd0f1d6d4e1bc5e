package main

import (
	"runtime"
	"sync"
)

const buffered = 100

func answer(asked <-chan uint64, answered chan<- uint64) {
	for value := range asked {
		answered <- value
	}
}

func ask(asked chan<- uint64, answered <-chan uint64, count int) uint64 {
	var sum uint64
	for i := 0; i < count; i++ {
		asked <- uint64(i)
		sum += <-answered
	}
	close(asked)
	return sum
}

func pingPong(t *trial) uint64 {
	asked, answered := make(chan uint64), make(chan uint64)
	go answer(asked, answered)
	return ask(asked, answered, roundTrips(t.ops))
}

// Each side has a thread to itself, so that every hand-off crosses.
func pingPongAcross(t *trial) uint64 {
	asked, answered := make(chan uint64), make(chan uint64)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		answer(asked, answered)
	}()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return ask(asked, answered, roundTrips(t.ops))
}

func produce(into chan<- uint64, first, count int) {
	for i := first; i < first+count; i++ {
		into <- uint64(i)
	}
}

func produceAll(into chan<- uint64, count, producers int) {
	var group sync.WaitGroup
	group.Add(producers)
	for i := 0; i < producers; i++ {
		go func(i int) {
			defer group.Done()
			produce(into, count*i/producers, share(count, i, producers))
		}(i)
	}
	group.Wait()
	close(into)
}

func consume(from <-chan uint64) uint64 {
	var sum uint64
	for value := range from {
		sum += value
	}
	return sum
}

func stream(t *trial) uint64 {
	values := make(chan uint64, buffered)
	go produceAll(values, t.ops, 1)
	return consume(values)
}

func manyToMany(t *trial) uint64 {
	values := make(chan uint64, buffered)
	var consumed [4]struct {
		sum uint64
		_   [56]byte // a cache line each
	}
	var group sync.WaitGroup
	group.Add(len(consumed))
	for i := range consumed {
		go func(i int) {
			defer group.Done()
			consumed[i].sum = consume(values)
		}(i)
	}
	produceAll(values, t.ops, 4)
	group.Wait()
	var sum uint64
	for i := range consumed {
		sum += consumed[i].sum
	}
	return sum
}

var channelCases = []benchCase{
	{name: "channel_one", workers: 1, run: pingPong, expected: sumOfRoundTrips},
	{name: "channel", run: pingPong, expected: sumOfRoundTrips},
	{name: "channel_across", run: pingPongAcross, expected: sumOfRoundTrips},
	{name: "stream", run: stream, expected: sumOfOps},
	{name: "mpmc", run: manyToMany, expected: sumOfOps},
}
