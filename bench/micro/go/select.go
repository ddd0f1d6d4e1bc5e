package main

import "sync"

func selectAmong(t *trial) uint64 {
	const channels = 4
	var from [channels]chan uint64
	var group sync.WaitGroup
	group.Add(channels)
	for i := range from {
		from[i] = make(chan uint64)
		go func(i int) {
			defer group.Done()
			produce(from[i], t.ops*i/channels, share(t.ops, i, channels))
		}(i)
	}
	var sum uint64
	for left := t.ops; left > 0; left-- {
		select {
		case value := <-from[0]:
			sum += value
		case value := <-from[1]:
			sum += value
		case value := <-from[2]:
			sum += value
		case value := <-from[3]:
			sum += value
		}
	}
	group.Wait()
	return sum
}

var selectCases = []benchCase{
	{name: "select", run: selectAmong, expected: sumOfOps},
}
