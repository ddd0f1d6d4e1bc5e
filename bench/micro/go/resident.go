package main

import (
	"os"
	"strconv"
	"strings"
)

func statusBytes(field string) uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fail("%v", err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if words := strings.Fields(line); len(words) >= 2 && words[0] == field {
			kibibytes, _ := strconv.ParseUint(words[1], 10, 64)
			return kibibytes * 1024
		}
	}
	return 0
}

func residentBytes() uint64     { return statusBytes("VmRSS:") }
func peakResidentBytes() uint64 { return statusBytes("VmHWM:") }

func residentBytesPerTask(before uint64, tasks int) float64 {
	return float64(max(residentBytes(), before)-before) / float64(tasks)
}
