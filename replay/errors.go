package replay

import "errors"

// The conditions that callers tell apart with errors.Is. Each is wrapped with what
// was being done; none carries content of a recording.
var (
	// ErrNotFound: there is no such session or batch in the project.
	ErrNotFound = errors.New("not found")
	// ErrErased: the session was erased; nothing of it will ever be stored again.
	ErrErased = errors.New("session erased")
	// ErrWrongSecret: the batch does not bring the secret that claimed the session.
	ErrWrongSecret = errors.New("wrong session secret")
	// ErrConflict: the batch's number is taken by other events.
	ErrConflict = errors.New("batch number taken by other events")
	// ErrInvalid: the upload is malformed; the wrapping says what and where.
	ErrInvalid = errors.New("invalid upload")
	// ErrTooLarge: the upload is over a limit of limits.go.
	ErrTooLarge = errors.New("upload too large")
	// ErrBusy: storage does not keep up, or refuses; the batch is not stored and may be sent again.
	ErrBusy = errors.New("storage busy")
	// ErrDamaged: bytes at rest fail their checksum, decryption or decoding.
	ErrDamaged = errors.New("stored bytes damaged")
	// ErrChanged: the session changed meanwhile; read it again.
	ErrChanged = errors.New("session changed meanwhile")
)
