package main

import (
	"runtime"
	"sync"
)

// A plain call: in Go any function may wait, so this is what co_await of a task stands beside.
//
//go:noinline
func leaf(i uint64) uint64 { return i }

func call(t *trial) uint64 {
	var sum uint64
	for i := 0; i < t.ops; i++ {
		sum += leaf(uint64(i))
	}
	return sum
}

func yield(t *trial) uint64 {
	turns := 0
	for ; turns < t.ops; turns++ {
		runtime.Gosched()
	}
	return uint64(turns)
}

const many = 64

func yieldAmongMany(t *trial) uint64 {
	var group sync.WaitGroup
	group.Add(many)
	for i := 0; i < many; i++ {
		go func(ops int) {
			defer group.Done()
			for ; ops > 0; ops-- {
				runtime.Gosched()
			}
		}(share(t.ops, i, many))
	}
	group.Wait()
	return uint64(t.ops)
}

func goJoin(t *trial) uint64 {
	var sum uint64
	for i := 0; i < t.ops; i++ {
		var child sync.WaitGroup
		var result uint64
		child.Add(1)
		go func(i uint64) {
			result = leaf(i)
			child.Done()
		}(uint64(i))
		child.Wait()
		sum += result
	}
	return sum
}

var taskCases = []benchCase{
	{name: "call", run: call, expected: sumOfOps},
	{name: "yield", run: yield, expected: everyOp},
	{name: "yield_64", run: yieldAmongMany, expected: everyOp},
	{name: "go_join", run: goJoin, expected: sumOfOps},
}
