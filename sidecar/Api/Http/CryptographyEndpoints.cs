using System.Runtime.CompilerServices;
using Sidecar.Cryptography;
using Sidecar.Failures;
using Sidecar.Go;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>
/// Cryptography over HTTP: a document in, a document out, the options in headers. Source: Dapr docs, "Cryptography API reference".
/// </summary>
internal static class CryptographyEndpoints
{
    private const string KeyName = "dapr-key-name";
    private const string KeyWrapAlgorithm = "dapr-key-wrap-algorithm";
    private const int ChunkSize = 16 * 1024;

    private static readonly string[] SubtleOperations = ["getkey", "encrypt", "decrypt", "wrapkey", "unwrapkey", "sign", "verify"];

    public static void MapCryptography(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1.0-alpha1/crypto/{component}/encrypt", EncryptAsync);
        routes.MapPut("/v1.0-alpha1/crypto/{component}/decrypt", DecryptAsync);
        foreach (var operation in SubtleOperations)
        {
            // Releases of daprd are built without them.
            routes.MapPost($"/v1.0-alpha1/subtlecrypto/{{component}}/{operation}", _ => throw DaprErrors.NotImplemented());
        }
    }

    private static async Task EncryptAsync(HttpContext context)
    {
        var (api, component) = (context.Sidecar().Blocks.Cryptography, context.Route("component"));
        api.Demand(component);
        var options = new EncryptionOptions(
            Required(context, KeyName),
            Required(context, KeyWrapAlgorithm),
            Header(context, "dapr-data-encryption-cipher"),
            BooleanText.Of(Header(context, "dapr-omit-decryption-key-name")),
            Header(context, "dapr-decryption-key-name")
        );
        await using var body = ReadAsync(context.Request, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        await AnswerAsync(context, await api.EncryptAsync(component, options, body, context.RequestAborted));
    }

    private static async Task DecryptAsync(HttpContext context)
    {
        await using var body = ReadAsync(context.Request, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        await AnswerAsync(
            context,
            await context
                .Sidecar()
                .Blocks.Cryptography.DecryptAsync(context.Route("component"), Header(context, KeyName), body, context.RequestAborted)
        );
    }

    private static string Header(HttpContext context, string name) => context.Request.Headers[name].FirstOrDefault() ?? "";

    private static string Required(HttpContext context, string name) =>
        Header(context, name) is { Length: > 0 } value ? value : throw DaprErrors.BadRequest($"missing header '{name}'");

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var buffer = new byte[ChunkSize];
        while (true)
        {
            var read = 0;
            try
            {
                read = await request.Body.ReadAsync(buffer, cancellation);
            }
            catch (BadHttpRequestException e) when (RequestBody.IsTooLarge(e))
            {
                throw new CryptoException(RequestBody.TooLarge, e);
            }
            if (read == 0)
            {
                yield break;
            }
            yield return buffer.AsMemory(0, read);
        }
    }

    /// <summary>
    /// The whole result, which is as long as a body may be, and only then the status: a document can turn out to be wrong in its last
    /// segment.
    /// </summary>
    private static async Task AnswerAsync(HttpContext context, IAsyncEnumerable<ReadOnlyMemory<byte>> result)
    {
        using var whole = new MemoryStream();
        try
        {
            await foreach (var piece in result.WithCancellation(context.RequestAborted))
            {
                whole.Write(piece.Span);
            }
        }
        catch (CryptoException e)
        {
            throw DaprErrors.Generic(e.Message);
        }
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = whole.Length;
        whole.Position = 0;
        await whole.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
