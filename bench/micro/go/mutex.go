package main

import "sync"

func contended(goroutines int) func(t *trial) uint64 {
	return func(t *trial) uint64 {
		var mutex sync.Mutex
		var value uint64
		var group sync.WaitGroup
		group.Add(goroutines)
		for i := 0; i < goroutines; i++ {
			go func(times int) {
				defer group.Done()
				for ; times > 0; times-- {
					mutex.Lock()
					value++
					mutex.Unlock()
				}
			}(share(t.ops, i, goroutines))
		}
		group.Wait()
		return value
	}
}

var mutexCases = []benchCase{
	{name: "mutex_4", run: contended(4), expected: everyOp},
	{name: "mutex_64", run: contended(64), expected: everyOp},
}
