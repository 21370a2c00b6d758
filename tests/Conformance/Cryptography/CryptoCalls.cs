using System.Text;
using Conformance.Running;
using Google.Protobuf;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Cryptography;

/// <summary>Calls over HTTP and gRPC in a line, with the same expectation of both.</summary>
internal static class CryptoCalls
{
    public static async Task<byte[]> EncryptsAsync(this KeyRing keys, byte[] plain, params (string Name, string Value)[] headers)
    {
        using var answer = await keys.Sidecar.Http.SendAsync(Request("encrypt", plain, headers));
        Assert.Equal((200, "application/octet-stream"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public static async Task DecryptsAsync(this KeyRing keys, byte[] document, string key, string text)
    {
        using var answer = await keys.Sidecar.Http.SendAsync(Request("decrypt", document, ("dapr-key-name", key)));
        Assert.Equal((200, text), ((int)answer.StatusCode, await answer.TextAsync()));
        Assert.Equal(text, Encoding.UTF8.GetString(await DecryptAsync(keys, document, key)));
    }

    public static async Task EncryptionFailsAsync(
        this KeyRing keys,
        int status,
        string code,
        string message,
        string component,
        params (string Name, string Value)[] headers
    )
    {
        await keys.Sidecar.Http.SendAsync(Request("encrypt", "text"u8.ToArray(), headers, component)).FailsAsync(status, code, message);
        string Given(string name) => headers.FirstOrDefault(header => header.Name == name).Value ?? "";
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            EncryptAsync(
                keys.Sidecar,
                new Protos.EncryptRequest
                {
                    Options = new Protos.EncryptRequestOptions
                    {
                        ComponentName = component,
                        KeyName = Given("dapr-key-name"),
                        KeyWrapAlgorithm = Given("dapr-key-wrap-algorithm"),
                        DataEncryptionCipher = Given("dapr-data-encryption-cipher"),
                    },
                    Payload = Payload("text"u8.ToArray(), 0),
                }
            )
        );
        Assert.Equal(message, failure.Status.Detail);
    }

    /// <summary>Mistakes in the header of a document are reported in the same way over both transports.</summary>
    public static async Task DecryptionFailsAsync(this KeyRing keys, byte[] document, string key, string message)
    {
        await keys.Sidecar.Http.SendAsync(Request("decrypt", document, ("dapr-key-name", key))).FailsAsync(500, "ERR_CRYPTO", message);
        var failure = await Assert.ThrowsAsync<RpcException>(() => DecryptAsync(keys, document, key));
        Assert.Equal((StatusCode.Internal, message), (failure.StatusCode, failure.Status.Detail));
        Assert.Null(failure.Reason());
    }

    public static Task<byte[]> DecryptAsync(KeyRing keys, byte[] document, string key) =>
        DecryptAsync(
            keys.Sidecar,
            new Protos.DecryptRequest
            {
                Options = new Protos.DecryptRequestOptions { ComponentName = "vault", KeyName = key },
                Payload = Payload(document, 0),
            }
        );

    public static async Task<byte[]> EncryptAsync(TestedSidecar sidecar, params Protos.EncryptRequest[] requests)
    {
        using var call = sidecar.Grpc.EncryptAlpha1();
        return await ExchangeAsync(call, requests, response => response.Payload);
    }

    public static async Task<byte[]> DecryptAsync(TestedSidecar sidecar, params Protos.DecryptRequest[] requests)
    {
        using var call = sidecar.Grpc.DecryptAlpha1();
        return await ExchangeAsync(call, requests, response => response.Payload);
    }

    public static Protos.StreamPayload Payload(byte[] data, ulong sequence) => new() { Data = ByteString.CopyFrom(data), Seq = sequence };

    public static HttpRequestMessage Request(string operation, byte[] body, params (string Name, string Value)[] headers) =>
        Request(operation, body, headers, "vault");

    private static HttpRequestMessage Request(string operation, byte[] body, (string Name, string Value)[] headers, string component)
    {
        var request = Answers.Request(
            "PUT",
            $"/v1.0-alpha1/crypto/{component}/{operation}",
            headers: [.. headers.Where(header => header.Value.Length > 0)]
        );
        request.Content = new ByteArrayContent(body);
        return request;
    }

    private static async Task<byte[]> ExchangeAsync<TRequest, TResponse>(
        AsyncDuplexStreamingCall<TRequest, TResponse> call,
        TRequest[] requests,
        Func<TResponse, Protos.StreamPayload> payload
    )
    {
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
        }
        await call.RequestStream.CompleteAsync();
        using var all = new MemoryStream();
        for (var sequence = 0ul; await call.ResponseStream.MoveNext(CancellationToken.None); sequence++)
        {
            var part = payload(call.ResponseStream.Current);
            Assert.Equal(sequence, part.Seq);
            all.Write(part.Data.Span);
        }
        return all.ToArray();
    }
}
