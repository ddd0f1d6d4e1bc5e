// The Go twin of the cases in bench/micro: the same operations, checked against the same values,
// reported as one line of JSON for each case. Only the standard library.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// One run of a case.
type trial struct {
	ops      int
	tasks    int
	counters map[string]float64
}

type benchCase struct {
	name     string
	workers  int // 0: as many as -workers says
	once     bool
	run      func(t *trial) uint64
	expected func(t *trial) uint64
}

type outcome struct {
	Name       string             `json:"name"`
	Iterations int                `json:"iterations"`
	RealTime   float64            `json:"real_time"` // nanoseconds an operation
	CPUTime    float64            `json:"cpu_time"`
	Counters   map[string]float64 `json:"counters"`
}

func share(total, part, parts int) int { return total*(part+1)/parts - total*part/parts }

func triangle(n int) uint64 { return uint64(n) * uint64(n-1) / 2 }

func everyOp(t *trial) uint64  { return uint64(t.ops) }
func sumOfOps(t *trial) uint64 { return triangle(t.ops) }

// A round trip is two hand-offs of a value.
func roundTrips(handOffs int) int     { return (handOffs + 1) / 2 }
func sumOfRoundTrips(t *trial) uint64 { return triangle(roundTrips(t.ops)) }

func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		fail("getrusage: %v", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "micro_go: "+format+"\n", arguments...)
	os.Exit(1)
}

// As many operations as it takes to fill the time, found as Google Benchmark and Go's own testing
// package find it: from one operation upwards.
func measure(c benchCase, tasks int, atLeast time.Duration) (trial, time.Duration, time.Duration) {
	for ops := 1; ; {
		t := trial{ops: ops, tasks: tasks, counters: map[string]float64{}}
		runtime.GC()
		cpu, start := cpuTime(), time.Now()
		value := c.run(&t)
		took, used := time.Since(start), cpuTime()-cpu
		if expected := c.expected(&t); value != expected {
			fail("%s gave %d instead of %d", c.name, value, expected)
		}
		t.counters["value"] = float64(value)
		if c.once || took >= atLeast || ops >= 1e9 {
			return t, took, used
		}
		growth := 1.4 * float64(atLeast) / float64(max(int64(took), 1))
		ops = int(float64(ops)*min(growth, 10)) + 1
	}
}

func report(c benchCase, tasks, workers int, atLeast time.Duration, idle uint64) {
	if c.workers != 0 {
		workers = c.workers
	}
	runtime.GOMAXPROCS(workers)
	t, took, used := measure(c, tasks, atLeast)
	t.counters["peak_bytes"] = float64(peakResidentBytes() - idle)
	line, err := json.Marshal(outcome{
		Name: c.name, Iterations: t.ops, Counters: t.counters,
		RealTime: float64(took) / float64(t.ops), CPUTime: float64(used) / float64(t.ops),
	})
	if err != nil {
		fail("%v", err)
	}
	fmt.Println(string(line))
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "echo" {
		serveEcho(os.Args[2:])
		return
	}
	idle := residentBytes()
	only := flag.String("case", "", "run this case alone")
	seconds := flag.Float64("seconds", 0.5, "measure each case for at least so long")
	workers := flag.Int("workers", 2, "GOMAXPROCS")
	tasks := flag.Int("tasks", 1_000_000, "tasks in the cases that only wait")
	version := flag.Bool("version", false, "print the version of Go")
	flag.Parse()
	if *version {
		fmt.Println(runtime.Version())
		return
	}
	atLeast := time.Duration(*seconds * float64(time.Second))
	found := false
	for _, c := range allCases() {
		if *only == "" || *only == c.name {
			report(c, *tasks, *workers, atLeast, idle)
			found = true
		}
	}
	if !found {
		fail("no case %q", *only)
	}
}

func allCases() []benchCase {
	var all []benchCase
	for _, some := range [][]benchCase{
		taskCases, channelCases, selectCases, mutexCases, treeCases, waitingCases,
	} {
		all = append(all, some...)
	}
	return all
}
