// Package s3 keeps a bucket in an object store that speaks S3: Amazon's, MinIO,
// Cloudflare's R2, versitygw and others. It cannot append.
//
// A Put that fails may still have been carried out, if only the answer was lost; it
// is then whole. Requests are tried again where the server says that it is busy or
// the connection breaks.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/afterimage/afterimage/replay/blob"
)

// triesMax is how often a request is sent before its error is reported: with the waits
// between (at most 0.2, 0.4, 0.8 and 1 s) it is known in seconds that a store is down.
const triesMax = 5

// Bucket is a bucket in an object store. Safe for concurrent use, also by many processes.
type Bucket struct {
	core   minio.Core
	config Config
}

var _ blob.Bucket = (*Bucket)(nil)

// Open connects to the bucket and, where there is none of that name and the
// credentials allow it, makes it.
func Open(ctx context.Context, c Config) (*Bucket, error) {
	options := &minio.Options{
		Creds:      credentials.NewStaticV4(c.AccessKey, c.SecretKey, c.SessionToken),
		Secure:     !c.Insecure,
		Region:     c.Region,
		Transport:  newTransport(),
		MaxRetries: triesMax,
		// Not all servers know them; a plain checksum in the signature does the same.
		TrailingHeaders: false,
	}
	if c.AccessKey == "" {
		options.Creds = credentials.NewIAM("")
	}
	client, err := minio.New(c.Endpoint, options)
	if err != nil {
		return nil, fmt.Errorf("object store %s: %w", c, err)
	}
	b := &Bucket{core: minio.Core{Client: client}, config: c}
	if err := b.ensure(ctx); err != nil {
		return nil, fmt.Errorf("object store %s: %w", c, explain(err))
	}
	return b, nil
}

// ensure makes the bucket unless it is there.
func (b *Bucket) ensure(ctx context.Context) error {
	there, err := b.core.BucketExists(ctx, b.config.Bucket)
	if minio.ToErrorResponse(err).Code == minio.AccessDenied {
		// The answer to HEAD has no body that would say why; that of a list has.
		return b.probeList(ctx)
	}
	if err != nil || there {
		return err
	}
	err = b.core.MakeBucket(ctx, b.config.Bucket, minio.MakeBucketOptions{Region: b.config.Region})
	switch minio.ToErrorResponse(err).Code {
	case minio.BucketAlreadyOwnedByYou:
		return nil // another process was faster
	case minio.BucketAlreadyExists:
		return errors.New("the bucket belongs to somebody else")
	}
	if err != nil {
		return fmt.Errorf("the bucket is missing and could not be made: %w", err)
	}
	return nil
}

// probeList lists at most one object.
func (b *Bucket) probeList(ctx context.Context) error {
	for info := range b.core.ListObjectsIter(ctx, b.config.Bucket, minio.ListObjectsOptions{Prefix: b.config.Prefix, MaxKeys: 1}) {
		return info.Err
	}
	return nil
}

// explain adds to the errors that an operator meets what to do about them.
func explain(err error) error {
	if err == nil {
		return nil
	}
	hint := ""
	switch minio.ToErrorResponse(err).Code {
	case minio.AccessDenied:
		hint = "the credentials may not use this bucket"
	case "InvalidAccessKeyId", "SignatureDoesNotMatch":
		hint = "the access key or secret key is wrong"
	case "RequestTimeTooSkewed":
		hint = "the clocks of this machine and of the object store differ too much"
	case "AuthorizationHeaderMalformed", minio.InvalidRegion:
		hint = "the region is wrong"
	case minio.NoSuchBucket:
		hint = "the bucket is missing"
	default:
		if strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
			hint = "the object store speaks plain HTTP: add insecure=true"
		}
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%s: %w", hint, err)
}

// wrap gives err what every error of this package has: the action, the key, a
// sentinel where one fits, and the context's error where that is the reason.
func wrap(ctx context.Context, action, key string, err error) error {
	response := minio.ToErrorResponse(err)
	switch {
	case ctx.Err() != nil:
		err = errors.Join(ctx.Err(), err)
	case response.Code == minio.NoSuchKey,
		// The answer to HEAD has no body, and so no code.
		response.StatusCode == http.StatusNotFound && response.Code != minio.NoSuchBucket:
		err = blob.ErrNotFound
	}
	return fmt.Errorf("%s %s: %w", action, key, explain(err))
}

// Get implements [blob.Bucket].
func (b *Bucket) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := check(ctx, key); err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	if blob.CheckRange(offset, length) != nil || length == 0 {
		return b.emptyRange(ctx, key, offset, length)
	}
	var options minio.GetObjectOptions
	if err := setRange(&options, offset, length); err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	r, _, _, err := b.core.GetObject(ctx, b.config.Bucket, b.config.Prefix+key, options)
	if err == nil {
		return r, nil
	}
	if minio.ToErrorResponse(err).StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return b.emptyRange(ctx, key, offset, length)
	}
	return nil, wrap(ctx, "get", key, err)
}

// setRange asks for a range in the way of HTTP, whose ends are inclusive.
func setRange(options *minio.GetObjectOptions, offset, length int64) error {
	switch {
	case offset == 0 && length < 0:
		return nil
	case length < 0:
		return options.SetRange(offset, 0) // to the end
	}
	last := offset + length - 1
	if last < offset { // more than there are numbers
		last = 1<<63 - 1
	}
	if last == 0 {
		// SetRange(0, 0) would mean the whole object.
		options.Set("Range", "bytes=0-0")
		return nil
	}
	return options.SetRange(offset, last)
}

// emptyRange answers for the ranges that HTTP has no way to ask for: those that hold
// nothing are empty if they begin within the object or at its end.
func (b *Bucket) emptyRange(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	o, err := b.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := blob.CheckRange(offset, length); err != nil {
		return nil, fmt.Errorf("get %s: %w", key, err)
	}
	if offset > o.Size || offset < o.Size && length != 0 {
		return nil, fmt.Errorf("get %s: %w: offset %d of %d bytes", key, blob.ErrRange, offset, o.Size)
	}
	return http.NoBody, nil
}

// Stat implements [blob.Bucket].
func (b *Bucket) Stat(ctx context.Context, key string) (blob.Object, error) {
	if err := check(ctx, key); err != nil {
		return blob.Object{}, fmt.Errorf("stat: %w", err)
	}
	info, err := b.core.StatObject(ctx, b.config.Bucket, b.config.Prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return blob.Object{}, wrap(ctx, "stat", key, err)
	}
	return blob.Object{Key: key, Size: info.Size, ModifiedAt: info.LastModified.UnixMilli()}, nil
}

// List implements [blob.Bucket]. Objects whose keys are none of ours are left out.
func (b *Bucket) List(ctx context.Context, prefix string, fn func(blob.Object) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("list %s: %w", prefix, err)
	}
	if !blob.CheckPrefix(prefix) {
		return nil
	}
	options := minio.ListObjectsOptions{Prefix: b.config.Prefix + prefix, Recursive: true}
	for info := range b.core.ListObjectsIter(ctx, b.config.Bucket, options) {
		if err := errors.Join(ctx.Err(), info.Err); err != nil {
			return wrap(ctx, "list", prefix, err)
		}
		key := strings.TrimPrefix(info.Key, b.config.Prefix)
		if blob.CheckKey(key) != nil {
			continue
		}
		o := blob.Object{Key: key, Size: info.Size, ModifiedAt: info.LastModified.UnixMilli()}
		if err := fn(o); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("list %s: %w", prefix, err)
	}
	return nil
}

// Delete implements [blob.Bucket].
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := check(ctx, key); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	err := b.core.RemoveObject(ctx, b.config.Bucket, b.config.Prefix+key, minio.RemoveObjectOptions{})
	if err == nil {
		return nil
	}
	if err = wrap(ctx, "delete", key, err); errors.Is(err, blob.ErrNotFound) || isFolder(err) {
		return nil
	}
	return err
}

// codeIsFolder is versitygw's answer where a key is, or seems to be, the folder of others.
const codeIsFolder = "ExistingObjectIsDirectory"

// isFolder: servers on a file system have no object at a key that is the folder of others,
// or lies below another, and say so in several ways.
func isFolder(err error) bool {
	var response minio.ErrorResponse
	return errors.As(err, &response) && slices.Contains([]string{
		"DirectoryNotEmpty", "ErrDirectoryNotEmpty", "ObjectParentIsFile", codeIsFolder, "XMinioParentIsObject",
	}, response.Code)
}

func check(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	return ctx.Err()
}
