using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Cryptography;
using Sidecar.Failures;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The cryptography building block over gRPC.</summary>
[BindServiceMethod(typeof(CryptographyService), nameof(Bind))]
internal class CryptographyService
{
    private static readonly TimeSpan FirstMessage = TimeSpan.FromSeconds(5); // within which it has to come

    public static void Bind(ServiceBinderBase binder, CryptographyService service)
    {
        binder.AddMethod(
            ProtoMethod.Create<EncryptRequest, EncryptResponse>(Name, nameof(EncryptAlpha1), MethodType.DuplexStreaming),
            (DuplexStreamingServerMethod<EncryptRequest, EncryptResponse>?)null
        );
        binder.AddMethod(
            ProtoMethod.Create<DecryptRequest, DecryptResponse>(Name, nameof(DecryptAlpha1), MethodType.DuplexStreaming),
            (DuplexStreamingServerMethod<DecryptRequest, DecryptResponse>?)null
        );
        Unary<SubtleGetKeyRequest, SubtleGetKeyResponse>(binder, nameof(SubtleGetKeyAlpha1));
        Unary<SubtleEncryptRequest, SubtleEncryptResponse>(binder, nameof(SubtleEncryptAlpha1));
        Unary<SubtleDecryptRequest, SubtleDecryptResponse>(binder, nameof(SubtleDecryptAlpha1));
        Unary<SubtleWrapKeyRequest, SubtleWrapKeyResponse>(binder, nameof(SubtleWrapKeyAlpha1));
        Unary<SubtleUnwrapKeyRequest, SubtleUnwrapKeyResponse>(binder, nameof(SubtleUnwrapKeyAlpha1));
        Unary<SubtleSignRequest, SubtleSignResponse>(binder, nameof(SubtleSignAlpha1));
        Unary<SubtleVerifyRequest, SubtleVerifyResponse>(binder, nameof(SubtleVerifyAlpha1));
    }

    public virtual async Task EncryptAlpha1(
        IAsyncStreamReader<EncryptRequest> requests,
        IServerStreamWriter<EncryptResponse> responses,
        ServerCallContext context
    )
    {
        var first = await FirstAsync(requests, context);
        var options = first.Options ?? throw DaprErrors.BadRequest("first message does not contain the required options");
        if (options.KeyName.Length == 0)
        {
            throw DaprErrors.BadRequest("missing property 'keyName' in the options message");
        }
        if (options.KeyWrapAlgorithm.Length == 0)
        {
            throw DaprErrors.BadRequest("missing property 'keyWrapAlgorithm' in the options message");
        }
        await using var plaintext = PayloadsAsync(
                first,
                requests,
                request => request.Payload,
                request => request.Options is not null,
                context
            )
            .GetAsyncEnumerator(context.CancellationToken);
        var document = await Of(context)
            .Blocks.Cryptography.EncryptAsync(
                options.ComponentName,
                new EncryptionOptions(
                    options.KeyName,
                    options.KeyWrapAlgorithm,
                    options.DataEncryptionCipher,
                    options.OmitDecryptionKeyName,
                    options.DecryptionKeyName
                ),
                plaintext,
                context.CancellationToken
            );
        await WriteAsync(
            document,
            payload => responses.WriteAsync(new EncryptResponse { Payload = payload }, context.CancellationToken),
            context.CancellationToken
        );
    }

    public virtual async Task DecryptAlpha1(
        IAsyncStreamReader<DecryptRequest> requests,
        IServerStreamWriter<DecryptResponse> responses,
        ServerCallContext context
    )
    {
        var first = await FirstAsync(requests, context);
        var options = first.Options ?? throw DaprErrors.BadRequest("first message does not contain the required options");
        await using var document = PayloadsAsync(
                first,
                requests,
                request => request.Payload,
                request => request.Options is not null,
                context
            )
            .GetAsyncEnumerator(context.CancellationToken);
        var plaintext = await Of(context)
            .Blocks.Cryptography.DecryptAsync(options.ComponentName, options.KeyName, document, context.CancellationToken);
        await WriteAsync(
            plaintext,
            payload => responses.WriteAsync(new DecryptResponse { Payload = payload }, context.CancellationToken),
            context.CancellationToken
        );
    }

    // Releases of daprd are built without these.
    public virtual Task<SubtleGetKeyResponse> SubtleGetKeyAlpha1(SubtleGetKeyRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleEncryptResponse> SubtleEncryptAlpha1(SubtleEncryptRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleDecryptResponse> SubtleDecryptAlpha1(SubtleDecryptRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleWrapKeyResponse> SubtleWrapKeyAlpha1(SubtleWrapKeyRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleUnwrapKeyResponse> SubtleUnwrapKeyAlpha1(SubtleUnwrapKeyRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleSignResponse> SubtleSignAlpha1(SubtleSignRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    public virtual Task<SubtleVerifyResponse> SubtleVerifyAlpha1(SubtleVerifyRequest request, ServerCallContext context) =>
        throw DaprErrors.NotImplemented();

    private static async Task<T> FirstAsync<T>(IAsyncStreamReader<T> requests, ServerCallContext context)
    {
        using var late = new CancellationTokenSource(
            FirstMessage,
            context.GetHttpContext().RequestServices.GetRequiredService<TimeProvider>()
        );
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.CancellationToken);
        try
        {
            return await requests.MoveNext(either.Token)
                ? requests.Current
                : throw CryptographyErrors.OperationFailed("error receiving the first message: EOF");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw DaprErrors.BadRequest("error waiting for first message: context deadline exceeded");
        }
    }

    /// <summary>
    /// The payloads of the messages in the order of their numbers. A sidecar that stops aborts the stream, because it must not look
    /// complete.
    /// </summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PayloadsAsync<T>(
        T first,
        IAsyncStreamReader<T> rest,
        Func<T, StreamPayload?> payload,
        Func<T, bool> hasOptions,
        ServerCallContext context
    )
    {
        var expected = 0ul;
        var request = first;
        do
        {
            if (!ReferenceEquals(request, first) && hasOptions(request))
            {
                throw new CryptoException("options found in non-leading message");
            }
            if (payload(request) is { } part)
            {
                if (part.Seq != expected)
                {
                    throw new CryptoException($"invalid sequence number received: {part.Seq} (expected: {expected})");
                }
                expected++;
                yield return part.Data.Memory;
            }
        } while (await MoreAsync(rest, context) && (request = rest.Current) is not null);
    }

    private static async Task<bool> MoreAsync<T>(IAsyncStreamReader<T> requests, ServerCallContext context)
    {
        var stopping = Stopping(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            return await requests.MoveNext(either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the sidecar ends"));
        }
    }

    private static async Task WriteAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> result,
        Func<StreamPayload, Task> write,
        CancellationToken cancellation
    )
    {
        var sequence = 0ul;
        try
        {
            await foreach (var piece in result.WithCancellation(cancellation))
            {
                await write(new StreamPayload { Data = UnsafeByteOperations.UnsafeWrap(piece), Seq = sequence++ });
            }
        }
        catch (CryptoException e)
        {
            throw CryptographyErrors.OperationFailed(e.Message);
        }
    }
}
