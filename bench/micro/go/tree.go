package main

func repeated(once func() uint64) func(t *trial) uint64 {
	return func(t *trial) uint64 {
		var value uint64
		for i := 0; i < t.ops; i++ {
			value = once()
		}
		return value
	}
}

const (
	skynetLeaves   = 1_000_000
	skynetChildren = 10
	fibOf          = 30
	pieceSteps     = 10_000
	pieces         = 1_000
)

func skynet(to chan<- uint64, first, leaves uint64) {
	if leaves == 1 {
		to <- first
		return
	}
	sums := make(chan uint64)
	below := leaves / skynetChildren
	for i := uint64(0); i < skynetChildren; i++ {
		go skynet(sums, first+i*below, below)
	}
	var sum uint64
	for i := 0; i < skynetChildren; i++ {
		sum += <-sums
	}
	to <- sum
}

func skynetOfAll() uint64 {
	sum := make(chan uint64)
	go skynet(sum, 0, skynetLeaves)
	return <-sum
}

func fib(n uint64) uint64 {
	if n < 2 {
		return n
	}
	left := make(chan uint64, 1)
	go func() { left <- fib(n - 1) }()
	right := fib(n - 2)
	return <-left + right
}

func fibOfAll() uint64 { return fib(fibOf) }

func plainFib(n uint64) uint64 {
	if n < 2 {
		return n
	}
	return plainFib(n-1) + plainFib(n-2)
}

// Each step needs the result of the one before, so every compiler takes the same time for it.
func chain(value uint64, steps int) uint64 {
	for ; steps != 0; steps-- {
		value = value*6364136223846793005 + 1442695040888963407
	}
	return value
}

func pieceValue(piece int) uint64 { return chain(uint64(piece), pieceSteps) >> 32 }

func sumRange(first, last int) uint64 {
	if last-first == 1 {
		return pieceValue(first)
	}
	middle := first + (last-first)/2
	left := make(chan uint64, 1)
	go func() { left <- sumRange(first, middle) }()
	right := sumRange(middle, last)
	return <-left + right
}

func sumOfAll() uint64 { return sumRange(0, pieces) }

func sumOneByOne(*trial) uint64 {
	var sum uint64
	for piece := 0; piece < pieces; piece++ {
		sum += pieceValue(piece)
	}
	return sum
}

var treeCases = []benchCase{
	{name: "skynet_go", run: repeated(skynetOfAll),
		expected: func(*trial) uint64 { return triangle(skynetLeaves) }},
	{name: "fib_go", run: repeated(fibOfAll),
		expected: func(*trial) uint64 { return plainFib(fibOf) }},
	{name: "parallel_for", run: repeated(sumOfAll), expected: sumOneByOne},
}
