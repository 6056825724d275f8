package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/afterimage/afterimage/replay/blob"
)

const (
	// partBytes is how much of an object is held in memory to be sent, and sent again where a try
	// fails. Larger objects go up in parts of it, of which S3 takes 10,000: 78 GiB.
	partBytes = 8 << 20
	partsMax  = 10_000
	// abortTimeout bounds the clean-up after an upload that failed, perhaps because
	// the store is down.
	abortTimeout = 5 * time.Second
)

// contentType: the objects are ciphertext.
const contentType = "application/octet-stream"

// Put implements [blob.Bucket]. It holds at most 8 MiB of the object in memory.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := check(ctx, key); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	if size > partBytes*partsMax {
		return fmt.Errorf("put %s: %d bytes are more than the %d that fit", key, size, int64(partBytes*partsMax))
	}
	content := blob.Exact(ctx, r, size)
	var err error
	if size <= partBytes {
		err = b.putWhole(ctx, key, content, size)
	} else {
		err = b.putParts(ctx, key, content, size)
	}
	if err != nil {
		return wrap(ctx, "put", key, err)
	}
	return nil
}

func (b *Bucket) putWhole(ctx context.Context, key string, r io.Reader, size int64) error {
	content, err := readPart(r, max(size, 0), true)
	if err != nil {
		return err
	}
	digest := sum(content)
	return untilFolderIsThere(ctx, func() error {
		_, err := b.core.PutObject(ctx, b.config.Bucket, b.config.Prefix+key, bytes.NewReader(content), size, "", digest,
			minio.PutObjectOptions{ContentType: contentType, DisableContentSha256: true})
		return err
	})
}

// A server on a file system (versitygw 1.8) may refuse an object while another request
// removes the folder that became empty; a moment later it takes it.
const (
	folderTriesMax  = 6
	folderWaitFirst = 5 * time.Millisecond // doubled each time: 155 ms in all
)

// untilFolderIsThere calls put again as long as it is refused for that reason.
func untilFolderIsThere(ctx context.Context, put func() error) error {
	wait := folderWaitFirst
	for try := 1; ; try++ {
		err := put()
		if minio.ToErrorResponse(err).Code != codeIsFolder || try == folderTriesMax {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
			wait *= 2
		}
	}
}

// readPart reads one part, and, if it is the last one, the reader's end, which is where
// it says whether all of the object was right.
func readPart(r io.Reader, size int64, last bool) ([]byte, error) {
	// One byte more, so that the reader is asked for its end without growing the slice.
	content := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if !last {
		r = io.LimitReader(r, size)
	}
	_, err := content.ReadFrom(r)
	return content.Bytes(), err
}

// sum is the checksum that goes into the request's signature: the server refuses bytes
// that have changed on the way. (The client's own way, a signature per chunk, is turned
// off by DisableContentSha256.)
func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}

// putParts sends the object in parts, which become one object at once when all are there.
func (b *Bucket) putParts(ctx context.Context, key string, r io.Reader, size int64) (err error) {
	name := b.config.Prefix + key
	id, err := b.core.NewMultipartUpload(ctx, b.config.Bucket, name, minio.PutObjectOptions{ContentType: contentType})
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		// Parts that stay would be paid for and never be seen; also where ctx has ended.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
		defer cancel()
		if abortErr := b.core.AbortMultipartUpload(ctx, b.config.Bucket, name, id); abortErr != nil {
			err = errors.Join(err, fmt.Errorf("clean up upload %s: %w", id, abortErr))
		}
	}()
	var parts []minio.CompletePart
	for left := size; left > 0; left -= partBytes {
		content, err := readPart(r, min(left, partBytes), left <= partBytes)
		if err != nil {
			return err
		}
		part, err := b.core.PutObjectPart(ctx, b.config.Bucket, name, id, len(parts)+1, bytes.NewReader(content), int64(len(content)),
			minio.PutObjectPartOptions{Sha256Hex: sum(content), DisableContentSha256: true})
		if err != nil {
			return err
		}
		parts = append(parts, minio.CompletePart{PartNumber: part.PartNumber, ETag: part.ETag})
	}
	return untilFolderIsThere(ctx, func() error {
		_, err := b.core.CompleteMultipartUpload(ctx, b.config.Bucket, name, id, parts, minio.PutObjectOptions{})
		return err
	})
}
