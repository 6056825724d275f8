package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// What a sealed session is compared with.
const (
	WholeZstd19 = "zstd -19"
	WholeOwn    = "our own zstd at its best" // where there is no zstd command
)

// whole measures a session compressed in one piece, from which nothing can be read but all of it: the
// events as lines. It returns what did it.
func whole(ctx context.Context, r *Recording) (size int64, by string, err error) {
	lines := make([]byte, 0, r.Bytes+int64(len(r.Events)))
	for _, e := range r.Events {
		lines = append(append(lines, e.Raw...), '\n')
	}
	command, err := exec.LookPath("zstd")
	if errors.Is(err, exec.ErrNotFound) {
		encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBestCompression))
		if err != nil {
			return 0, "", fmt.Errorf("start zstd: %w", err)
		}
		packed := encoder.EncodeAll(lines, nil)
		return int64(len(packed)), WholeOwn, encoder.Close()
	}
	if err != nil {
		return 0, "", fmt.Errorf("find the zstd command: %w", err)
	}
	// Told the size, it does what it would do with a file.
	run := exec.CommandContext(ctx, command, "-19", "--quiet", "--stdout", "--stream-size="+strconv.Itoa(len(lines)))
	run.Stdin = bytes.NewReader(lines)
	packed, err := run.Output()
	if err != nil {
		return 0, "", fmt.Errorf("run %s: %w", command, err)
	}
	return int64(len(packed)), WholeZstd19, nil
}
